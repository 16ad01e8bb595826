import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The AppArmor profile and the SELinux context that a process enters with its program:
/// `process.apparmorProfile` and `process.selinuxLabel`.
struct SecurityLabels {
  private let profile: String?
  private let context: String?

  init(_ process: Spec.Process) {
    profile = process.apparmorProfile.flatMap { $0.isEmpty ? nil : $0 }
    context = process.selinuxLabel.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Refuses labels that this machine cannot honour, while there is nothing to undo yet.
  ///
  /// - Parameter mountLabel: `linux.mountLabel`.
  static func check(_ process: Spec.Process, mountLabel: String? = nil) throws {
    let labels = SecurityLabels(process)
    if let profile = labels.profile, profile != "unconfined", !SecurityLabels.hasAppArmor {
      throw RuntimeError.unsupported(
        field: "process.apparmorProfile", reason: "AppArmor is not enabled on this machine")
    }
    let field = labels.context != nil ? "process.selinuxLabel" : "linux.mountLabel"
    if labels.context != nil || !(mountLabel ?? "").isEmpty, !SecurityLabels.hasSELinux {
      throw RuntimeError.unsupported(
        field: field, reason: "SELinux is not enabled on this machine")
    }
  }

  static var hasAppArmor: Bool {
    guard let answer = try? readFile("/sys/module/apparmor/parameters/enabled", limit: 16) else {
      return false
    }
    return answer.first == UInt8(ascii: "Y")
  }

  static var hasSELinux: Bool {
    guard let root = try? openFile("/sys/fs/selinux", [.path, .directory]),
      let status = try? root.lent.fileSystemStatus(subject: "/sys/fs/selinux")
    else { return false }
    return status.type == .selinux
  }

  /// Has the next execution enter them.
  ///
  /// Written through a procfs that no mount of the container's can lie over: a write that went
  /// elsewhere would leave the process without confinement (CVE-2019-16884, CVE-2025-52881).
  func apply() throws {
    if profile == nil && context == nil { return }
    let procfs = try ProcFileSystem()
    if let profile, profile != "unconfined" || SecurityLabels.canBeConfined(procfs) {
      try step("process.apparmorProfile \(quoted(profile))") {
        try SecurityLabels.writeAppArmor("exec \(profile)", procfs)
      }
    }
    if let context {
      try step("process.selinuxLabel \(quoted(context))") {
        try procfs.write(context, to: "thread-self/attr/exec")
      }
    }
  }

  private static func canBeConfined(_ procfs: borrowing ProcFileSystem) -> Bool {
    (try? procfs.open("thread-self/attr/apparmor/exec", [.path])) != nil
  }

  /// Older kernels have one set of attributes for whichever module is the main one.
  private static func writeAppArmor(_ value: String, _ procfs: borrowing ProcFileSystem) throws {
    do throws(SystemError) {
      try procfs.write(value, to: "thread-self/attr/apparmor/exec")
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      try procfs.write(value, to: "thread-self/attr/exec")
    }
  }

  /// Runs a body whose new keys belong to the context of the process.
  func whileLabellingKeys(_ body: () throws -> Void) throws {
    guard let context else { return try body() }
    let procfs = try ProcFileSystem()
    try step("process.selinuxLabel \(quoted(context))") {
      try procfs.write(context, to: "thread-self/attr/keycreate")
    }
    try body()
    try procfs.write("\0", to: "thread-self/attr/keycreate")
  }
}
