/// The containers of an engine. Each operation has its file, `Containers+Start.swift` and so on.
public struct Containers {
  let engine: ContainerEngine
}
