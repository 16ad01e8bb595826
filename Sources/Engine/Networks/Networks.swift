/// The networks of an engine. Each operation has its file.
public struct Networks {
  let engine: ContainerEngine
}
