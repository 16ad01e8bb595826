public import HelperProtocols
import JSON
import LinuxSystem

extension Containers {
  /// What the health checks of a container say; nil where it has none.
  public func healthLog(of container: Container) -> HealthLog? {
    guard container.record.health != nil else { return nil }
    let path = healthLogPath(container.record, ContainerFolders(container.id, engine))
    guard let bytes = try? readFile(path, limit: 1 << 24),
      let log = try? JSONReader().read(HealthLog.self, from: bytes)
    else { return HealthLog() }
    return log
  }

  /// The health of a container; nil where nobody looks after it.
  public func health(of container: Container) -> HealthLog.Status? {
    guard container.record.health != nil else { return nil }
    if let status = Self.monitorStatus(ContainerFolders(container.id, engine))?.health {
      return status
    }
    return healthLog(of: container)?.status
  }
}
