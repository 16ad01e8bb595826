/// The images of an engine. Each operation has its file.
public struct Images {
  let engine: ContainerEngine
}
