import LinuxSystem
import SystemPackage

/// The working directory of a container's process: `process.cwd`.
struct WorkingDirectory {
  private let path: String
  private let isEntered: Bool

  init(_ path: String) { self.init(path, isEntered: false) }

  private init(_ path: String, isEntered: Bool) {
    self.path = path
    self.isEntered = isEntered
  }

  /// Makes what is missing of it, while the container's root can still be written.
  ///
  /// What cannot be made is left: entering it then fails, and tells why.
  func makeIfMissing() throws(SystemError) {
    let root = try openFile("/", [.path, .directory])
    do throws(SystemError) {
      _ = try root.lent.open(".", [.path], within: [.inRoot])
    } catch {
      // Without openat2(2) a path cannot be kept from leading through /proc/self/fd: nothing is made.
      return
    }
    if (try? WorkingDirectory.open(path, in: root.lent)) != nil { return }
    var parent = ""
    for name in path.pathComponents {
      let whole = "\(parent)/\(name)"
      if (try? WorkingDirectory.open(whole, in: root.lent)) == nil {
        guard let folder = try? WorkingDirectory.open("\(parent)/.", in: root.lent),
          (try? folder.lent.makeDirectory(String(name), mode: 0o755)) != nil
        else { return }
      }
      parent = whole
    }
  }

  /// Opens a path from a root that it cannot leave. A link of procfs's own kind, as
  /// /proc/self/fd/7, is not followed: it could lead to what the runtime has open.
  private static func open(
    _ path: String, in root: FileDescriptor
  ) throws(SystemError) -> OwnedDescriptor {
    try root.open(path, [.path, .directory], within: [.inRoot, .noMagicLinks])
  }

  /// Enters it with the rights that the process has now, if these suffice.
  ///
  /// A folder that only root may enter, and one that only the user may enter, are both allowed: the
  /// second is tried again by `enterAndVerify`.
  func enterIfAllowed() throws -> WorkingDirectory {
    do throws(SystemError) {
      try enter()
      return WorkingDirectory(path, isEntered: true)
    } catch {
      if error.errno == .permissionDenied || error.errno == .notPermitted { return self }
      throw explained(error)
    }
  }

  /// Enters it as the user, if it could not be entered before, and sees that it lies in the
  /// container.
  ///
  /// The kernel tells of a directory that is not below this process's root by a name without a
  /// slash in front: it was reached through a descriptor of the host's (CVE-2024-21626).
  func enterAndVerify() throws {
    if !isEntered {
      do throws(SystemError) {
        try enter()
      } catch {
        throw explained(error)
      }
    }
    let directory: String
    do throws(SystemError) {
      directory = try CurrentProcess.workingDirectory()
    } catch {
      throw RuntimeError.invalid(
        field: "process.cwd", reason: "where \(quoted(path)) lies cannot be told: \(error)")
    }
    guard directory.hasPrefix("/") else {
      throw RuntimeError.invalid(
        field: "process.cwd", reason: "\(quoted(path)) leads out of the container")
    }
  }

  private func explained(_ error: SystemError) -> RuntimeError {
    if error.errno == .tooManySymbolicLinkLevels {
      return .invalid(
        field: "process.cwd",
        reason: "\(quoted(path)) goes through a link of /proc that may lead out of the container")
    }
    return .step("process.cwd", SystemError("chdir", path, error.errno))
  }

  private func enter() throws(SystemError) {
    let root = try openFile("/", [.path, .directory])
    let directory: OwnedDescriptor
    do throws(SystemError) {
      directory = try WorkingDirectory.open(path, in: root.lent)
    } catch where error.errno == .noFunction || error.errno == .notPermitted {
      // Before Linux 5.6, and in a filter that does not know openat2(2), only the look at where it led
      // to, in `enterAndVerify`, is left.
      return try CurrentProcess.changeDirectory(to: path)
    }
    try CurrentProcess.changeDirectory(to: directory.lent)
  }
}
