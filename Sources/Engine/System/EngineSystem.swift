/// The engine as a whole: info, disk usage, prune. Each operation has its file.
public struct EngineSystem {
  let engine: ContainerEngine
}
