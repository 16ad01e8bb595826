public import LinuxSystem

/// Whom an engine works for.
public struct EngineUser: Equatable, Sendable {
  /// The number on the host: of the caller, also once we are root in a user namespace of theirs.
  public var uid: UInt32
  /// The group on the host.
  public var gid: UInt32
  /// Whether it is an ordinary user.
  public var isRootless: Bool
  /// The home directory.
  public var home: String
  /// Where the user's programs keep data: `$XDG_DATA_HOME`.
  public var dataFolder: String
  /// Where the user's programs keep what ends with the session: `$XDG_RUNTIME_DIR`.
  public var runFolder: String

  /// The variables that carry the host's numbers into the user namespace.
  static let uidVariable = "_CONTAINERS_ROOTLESS_UID"
  static let gidVariable = "_CONTAINERS_ROOTLESS_GID"

  /// The user of this process.
  public init(environment: [String: String]) throws(SystemError) {
    let outside = environment[Self.uidVariable].flatMap { UInt32($0) }
    uid = outside ?? CurrentProcess.effectiveUserID
    gid =
      environment[Self.gidVariable].flatMap { UInt32($0) } ?? CurrentProcess.effectiveGroupID
    isRootless = uid != 0
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    home = value("HOME") ?? Self.home(of: uid) ?? "/"
    dataFolder = value("XDG_DATA_HOME") ?? home + "/.local/share"
    runFolder = value("XDG_RUNTIME_DIR") ?? (isRootless ? Self.runFolder(of: uid) : "/run")
  }

  /// systemd's folder of the user, or one below /tmp.
  private static func runFolder(of uid: UInt32) -> String {
    let usual = "/run/user/\(uid)"
    guard let folder = try? openFile(usual, [.path, .directory, .noFollow]),
      let status = try? folder.lent.status(subject: usual),
      status.uid == uid || status.uid == 0 && CurrentProcess.isInUserNamespace
    else { return "/tmp/storage-run-\(uid)" }
    return usual
  }

  private static func home(of uid: UInt32) -> String? {
    (try? readFile("/etc/passwd", limit: 1 << 24)).flatMap {
      PasswordFile($0).home(ofUser: uid)
    }
  }
}
