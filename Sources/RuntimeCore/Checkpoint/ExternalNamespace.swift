import LinuxSystem

/// A kind of namespace that CRIU can leave alone, to be found again when restoring.
enum ExternalNamespace {
  case network, processes

  /// - Returns: `nil` for those that it can only join.
  init?(_ kind: Namespaces) {
    switch kind {
    case .network: self = .network
    case .pid: self = .processes
    default: return nil
    }
  }

  /// What CRIU calls the kind.
  var name: String {
    switch self {
    case .network: "net"
    case .processes: "pid"
    }
  }

  /// The name of the container's own; runc's, so that each can restore what the other saved.
  var key: String {
    switch self {
    case .network: "extRootNetNS"
    case .processes: "extRootPidNS"
    }
  }

  func checkSupport(_ criu: Criu) throws {
    switch self {
    case .network:
      try criu.require(CriuVersion(3, 11), for: "a network namespace given by path")
    case .processes:
      try criu.require(CriuVersion(3, 15), for: "a pid namespace given by path")
    }
  }
}
