public import LinuxSystem

/// Networks and the containers in them: the one door of this target.
///
/// All state is in files: the definitions, and under the run folder what each container has. So
/// every command is as good as every other, and nothing is lost when one ends. It is for programs with
/// one thread: a call may enter another network namespace for a moment.
public struct NetworkService: Sendable {
  public var configuration: NetworkConfiguration

  public init(_ configuration: NetworkConfiguration) { self.configuration = configuration }
}

/// What setting up a container's networks has given.
public struct NetworkSetup: Sendable {
  /// One a network, in the order of the attachments.
  public var statuses: [NetworkStatus]
  /// Bound sockets that keep the published ports from other programs of the host; who holds the
  /// container's life (the monitor) should hold them open.
  public var heldPorts: [SharedDescriptor]
  /// After how many seconds, again and again, `reload` has to be called for the container, because its
  /// addresses are lent; nil for never.
  public var secondsToRenewal: Int64?
}
