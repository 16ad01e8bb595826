import LinuxSystem

/// A network by a program in user space, which needs no privilege: pasta(1) or slirp4netns(1).
public enum UserModeNetwork: String, CaseIterable, Sendable {
  case pasta, slirp4netns

  /// The servers that containers on a user's bridges reach through the shared way out.
  public static let sharedServers = [IPAddress(Pasta.dnsAddress)].compactMap { $0 }

  /// Debian's package with the program.
  var package: String { self == .pasta ? "passt" : rawValue }
}

/// What a user-mode network has given.
public struct UserModeSetup: Sendable {
  public var status: NetworkStatus
  /// How the container reaches the host; nil if it cannot.
  public var hostAddress: IPAddress?
  /// What belongs into the container's resolv.conf, where nothing else is asked for.
  public var dnsServers: [IPAddress]
}

extension NetworkService {
  /// Starts pasta or slirp4netns for a container's namespace and publishes its ports.
  ///
  /// - Parameters:
  ///   - options: those after the colon of `--network pasta:…` or `--network slirp4netns:…`.
  ///   - namespace: a file that stands for the namespace.
  public func setUp(
    _ mode: UserModeNetwork, options: [String], namespace: String, containerID: String,
    ports: [PortMapping]
  ) throws(NetworkError) -> UserModeSetup {
    try tearDownUserMode(containerID: containerID)
    guard NetworkNamespace.identity(of: namespace) != nil else { throw .namespaceGone(namespace) }
    let program = try helper(mode.rawValue, package: mode.package)
    switch mode {
    case .pasta:
      return try Pasta(program: program, options: options, ports: ports)
        .start(namespace: namespace)
    case .slirp4netns:
      let files = HelperFiles(folder: "\(configuration.runFolder)/helpers", containerID)
      return try Slirp4netns(program: program, options: options, ports: ports)
        .start(namespace: namespace, files)
    }
  }

  /// Ends the helper of a container. pasta ends by itself, with the namespace.
  public func tearDownUserMode(containerID: String) throws(NetworkError) {
    let files = HelperFiles(folder: "\(configuration.runFolder)/helpers", containerID)
    try asNetworkError { () throws(SystemError) in try files.endHelper() }
  }

  /// The path of a program of others.
  func helper(_ name: String, package: String) throws(NetworkError) -> String {
    for folder in configuration.helperFolders {
      let path = "\(folder)/\(name)"
      if (try? checkExecutable(path)) != nil { return path }
    }
    throw .missingProgram(name: name, package: package)
  }
}
