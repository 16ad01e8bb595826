/// What the caller of `checkpoint` and of `restore` decides alike.
public struct CriuChoices: Sendable {
  /// The program: a name to be found by PATH, or a path.
  public var program = "criu"
  /// The folder of the images; relative to the current one unless absolute.
  public var imagePath = "checkpoint"
  /// The folder of CRIU's log and other working files; that of the images when absent.
  public var workPath: String?
  /// Whether open TCP connections are allowed.
  public var tcpEstablished = false
  /// Whether Unix sockets may be connected to processes outside of the container.
  public var externalUnixSockets = false
  /// Whether the container's session and terminal may have been made outside of it.
  public var shellJob = false
  /// Whether file locks are saved.
  public var fileLocks = false
  /// Whether memory that a later image holds as well is removed from an earlier one.
  public var autoDeduplication = false
  /// Whether memory is restored when it is first used.
  public var lazyPages = false
  public var cgroupsMode = CgroupsMode.criuDefault

  public init() {}

  /// How CRIU saves and restores what is in the container's cgroups.
  public enum CgroupsMode: String, Sendable, CaseIterable {
    /// Properties are restored in cgroups that CRIU itself made.
    case soft
    /// Properties are restored in all cgroups, which CRIU makes where they are missing.
    case full
    /// As `full`, but no cgroup may exist.
    case strict
    /// Cgroups are left alone.
    case ignore
    /// What CRIU does unless told: `soft`.
    case criuDefault = ""
  }
}

/// What the caller of `checkpoint` decides.
public struct CheckpointOptions: Sendable {
  public var criu = CriuChoices()
  /// The folder of an earlier `preDump`, relative to that of the images.
  public var parentPath: String?
  /// Whether the container goes on afterwards.
  public var leaveRunning = false
  /// Whether only memory is saved, and the container goes on.
  public var preDump = false
  /// Whether TCP connections that are being made are passed over.
  public var tcpSkipInFlight = false
  /// Whether removed files that are still open get a name again.
  public var linkRemap = false
  /// The server that memory is sent to instead of to files.
  public var pageServer: PageServer?
  /// The descriptor that gets a zero byte once lazy pages can be asked for.
  public var statusDescriptor: Int32?

  public init() {}

  /// A CRIU page server.
  public struct PageServer: Sendable, Equatable {
    public var address: String
    public var port: UInt16

    /// Reads `ADDRESS:PORT`, with an IPv6 address in brackets; `nil` for anything else.
    public init?(_ text: String) {
      guard let colon = text.lastIndex(of: ":"),
        let port = UInt16(text[text.index(after: colon)...]), port > 0
      else { return nil }
      var address = text[..<colon]
      if address.hasPrefix("["), address.hasSuffix("]") {
        address = address.dropFirst().dropLast()
      } else if address.contains(":") {
        return nil
      }
      if address.isEmpty { return nil }
      self.address = String(address)
      self.port = port
    }
  }
}

/// What the caller of `restore` decides.
public struct RestoreOptions: Sendable {
  public var criu = CriuChoices()
  /// The bundle, the console socket, the pid file, and whether the runtime waits.
  public var create = CreateOptions()
  /// Whether TCP connections that were open are closed in place of being taken up.
  public var tcpClose = false
  /// `TYPE:NAME` of an AppArmor profile or SELinux label in the place of the saved one.
  public var lsmProfile: String?
  /// The SELinux context of mounts in the place of the saved one.
  public var lsmMountContext: String?

  public init() {}
}
