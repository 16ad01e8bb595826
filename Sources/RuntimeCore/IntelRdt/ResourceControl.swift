import LinuxSystem
import SystemPackage

/// The kernel's resctrl file system, through which classes of Intel's Resource Director Technology
/// are made (Documentation/filesystems/resctrl.rst).
struct ResourceControl {
  /// Where it is mounted.
  let path: String

  init(path: String) { self.path = path }

  /// Finds where it is mounted.
  ///
  /// - Parameter field: what needs it.
  static func find(for field: String) throws -> ResourceControl {
    let usual = "/sys/fs/resctrl"
    let mounts = try MountTable.current().filter { $0.type == "resctrl" }
    guard let mount = mounts.first(where: { $0.path == usual }) ?? mounts.first else {
      throw RuntimeError.unsupported(
        field: field,
        reason: "resctrl is not mounted; please run: mount -t resctrl resctrl \(usual)")
    }
    return ResourceControl(path: mount.path)
  }

  /// Checks that the processor has a resource: `L3` and `MB` to allocate, `L3_MON` to monitor.
  func require(_ resource: String, for field: String) throws {
    let info = try openFile("\(path)/info", [.readOnly, .directory])
    if !info.lent.contains(resource) {
      throw RuntimeError.unsupported(
        field: field, reason: "\(path)/info has no \(resource): the processor does not support it")
    }
  }

  /// Writes to one of its files, and tells the kernel's own words when it refuses.
  func write(_ text: String, to file: String) throws {
    do {
      let descriptor = try openFile(file, [.writeOnly])
      try descriptor.lent.writeAll(text, subject: file)
    } catch {
      guard
        let words = try? readFile("\(path)/info/last_cmd_status", limit: 4096),
        case let status = String(decoding: words, as: UTF8.self).split(separator: "\n").first,
        let status, status != "ok"
      else { throw error }
      throw RuntimeError.step(String(status), error)
    }
  }
}
