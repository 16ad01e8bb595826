/// The volumes of an engine.
public struct Volumes {
  let engine: ContainerEngine
}
