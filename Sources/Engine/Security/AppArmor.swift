import LinuxSystem
import SystemPackage

/// The machine's AppArmor, and the profile that containers get where they name none.
///
/// The profile lets a program do what the namespaces let it do, but for mounts and the files of /proc and
/// /sys through which a container could change the machine.
struct AppArmor {
  /// Where the machine's files are; `/` but for tests.
  var root = "/"

  static let defaultProfile = "containers-default-\(EngineConfiguration.version)"
  /// What containers.conf has where nobody wrote anything into it.
  static let configuredDefault = "containers-default"

  private static let parsers = [
    "/usr/sbin/apparmor_parser", "/sbin/apparmor_parser", "/usr/bin/apparmor_parser",
  ]

  private func path(_ path: String) -> String { root == "/" ? path : root + path }

  /// Whether the kernel enforces profiles.
  var isEnabled: Bool {
    let text = try? readFile(path("/sys/module/apparmor/parameters/enabled"), limit: 16)
    return text?.first == UInt8(ascii: "Y")
  }

  private var hasParser: Bool { Self.parsers.contains { fileExists(path($0)) } }

  /// The names of the profiles that the kernel has.
  private var loaded: Set<String> {
    get throws {
      let text = try readFile(path("/sys/kernel/security/apparmor/profiles"), limit: 16 << 20)
      // `name (enforce)`, where the name may have spaces.
      return Set(
        String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
          line.firstPlace(of: " (").map { String(line[..<$0]) }
        })
    }
  }

  /// The profile that a container gets, loaded where it is the default one; nil for none.
  ///
  /// - Parameters:
  ///   - asked: a profile, `unconfined`, or nil for the default.
  ///   - configured: containers.conf's `apparmor_profile`.
  func profile(_ asked: String?, configured: String, isRootless: Bool) throws -> String? {
    let named = asked ?? (configured == Self.configuredDefault ? nil : configured)
    if named == "unconfined" || named == "" { return nil }
    let isAsked = named != nil && named != Self.defaultProfile
    guard isEnabled else {
      if let named, asked != nil {
        throw EngineError.unsupported(
          "--security-opt apparmor=\(named)", reason: "AppArmor is disabled on the host")
      }
      return nil
    }
    if isRootless {
      if let asked {
        throw EngineError.unsupported(
          "--security-opt apparmor=\(asked)", reason: "only root can confine by AppArmor")
      }
      return nil
    }
    if isAsked, let named {
      guard try loaded.contains(named) else {
        throw EngineError.unsupported(
          "--security-opt apparmor=\(named)",
          reason: "the profile is not loaded; please load its file with apparmor_parser -r")
      }
      return named
    }
    guard hasParser else { return nil }
    if try !loaded.contains(Self.defaultProfile) { try load() }
    return Self.defaultProfile
  }

  private func load() throws {
    let result = try ProgramOutput.run(
      Self.parsers, ["apparmor_parser", "-Kr"], input: Array(Self.text.utf8))
    guard result.status == 0 else {
      throw EngineError.program(
        "apparmor_parser", status: result.status,
        message: "loading \(Self.defaultProfile): \(result.errors)")
    }
  }

  /// The default profile in AppArmor's language; apparmor.d(5).
  static let text = """
    #include <tunables/global>

    profile \(defaultProfile) flags=(attach_disconnected,mediate_deleted) {
      #include <abstractions/base>

      network,
      capability,
      file,
      umount,

      # Who looks after the container ends it.
      signal (receive) peer=unconfined,
      # Its own processes may do with each other what they like.
      signal (send,receive) peer=\(defaultProfile),
      ptrace (read,trace,readby,tracedby) peer=\(defaultProfile),

      deny mount,

      # /proc: a process's own folder, and of /proc/sys what the namespaces own.
      deny @{PROC}/* w,
      deny @{PROC}/{[^1-9s],[^1-9s]*,s[^y]*,sy[^s]*,[1-9]*[^0-9]*}/** w,
      deny @{PROC}/sys/[^kn]** w,
      deny @{PROC}/sys/kernel/{?,??,[^sm]**,s[^he]**,m[^s]**} w,
      deny @{PROC}/sysrq-trigger rwklx,
      deny @{PROC}/kcore rwklx,
      deny @{PROC}/kmem rwklx,
      deny @{PROC}/mem rwklx,

      # /sys: nothing but the cgroups.
      deny /sys/[^f]*/** wklx,
      deny /sys/f[^s]*/** wklx,
      deny /sys/fs/[^c]*/** wklx,
      deny /sys/fs/c[^g]*/** wklx,
      deny /sys/fs/cg[^r]*/** wklx,
      deny /sys/firmware/** rwklx,
      deny /sys/kernel/security/** rwklx,
    }

    """
}

extension Substring {
  fileprivate func firstPlace(of word: String) -> Index? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(word) { return index }
      index = self.index(after: index)
    }
    return nil
  }
}
