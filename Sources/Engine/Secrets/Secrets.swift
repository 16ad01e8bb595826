/// The secrets of an engine.
public struct Secrets {
  let engine: ContainerEngine
}
