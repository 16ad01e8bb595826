import JSON
import LinuxSystem
import SystemPackage

/// The log of events as a file: a line of JSON for each, in podman's format.
///
/// Writers append with one call and wait for nobody: they share a lock that only the rotation takes
/// for itself. So no event goes to a file that has just been replaced.
struct EventFile {
  let path: String
  /// The size in bytes from which the older half goes; 0 where it never does.
  let limit: UInt64

  /// Appends an event.
  func append(_ event: Event) throws {
    let line = try JSONWriter().write(event) + [UInt8(ascii: "\n")]
    var isRotated = false
    while true {
      let file = try open()
      try file.lent.lock(.shared, subject: path)
      // Whoever rotated meanwhile has put another file in its place.
      guard try isCurrent(file.lent) else { continue }
      let size = try file.lent.status(subject: path).size
      if limit == 0 || size == 0 || isRotated || size.saturatingSum(line.count) < limit {
        return try file.lent.writeAll(line, subject: path)
      }
      try file.close()
      try rotate(before: line.count)
      isRotated = true
    }
  }

  /// Opens the file to append to it; it and its folder are made where they are missing.
  func open() throws(SystemError) -> OwnedDescriptor {
    do throws(SystemError) {
      return try openFile(path, [.readWrite, .append, .create], mode: 0o600)
    } catch {
      guard error.errno == .noSuchFileOrDirectory, let slash = path.lastIndex(of: "/") else {
        throw error
      }
      try makeDirectories(String(path[..<slash]), mode: 0o700)
      return try openFile(path, [.readWrite, .append, .create], mode: 0o600)
    }
  }

  private func isCurrent(_ file: FileDescriptor) throws(SystemError) -> Bool {
    let held = try file.status(subject: path)
    do throws(SystemError) {
      let place = try openFile(path, [.path])
      let named = try place.lent.status(subject: path)
      return held.inode == named.inode && held.fileSystem == named.fileSystem
    } catch {
      if error.errno == .noSuchFileOrDirectory { return false }
      throw error
    }
  }

  // MARK: Rotation

  /// The attribute by which readers know the lines that they have read before.
  static let rotationAttribute = "io.podman.event.rotate"

  /// Drops the older half, if the file is still too large for so many bytes more.
  private func rotate(before count: Int) throws {
    let file = try open()
    try file.lent.lock(.exclusive, subject: path)
    guard try isCurrent(file.lent) else { return }
    guard try file.lent.status(subject: path).size.saturatingSum(count) >= limit else { return }
    let reader = try openFile(path, [.readOnly])
    let contents = try reader.lent.readToEnd(limit: 1 << 30, subject: path)
    var kept = contents[(contents.count / 2)...]
    kept = kept[(kept.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? kept.endIndex)...]
    let text = try marker("begin") + kept + marker("end")
    let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    let folder = try openFile(
      String(path.dropLast(name.utf8.count)) + ".", [.readOnly, .directory])
    try folder.lent.replaceFile(name, contents: text, mode: 0o600)
    try file.close()
  }

  private func marker(_ what: String) throws -> [UInt8] {
    var event = Event(.system, .logRotation, name: path)
    event.attributes = [Self.rotationAttribute: what]
    return try JSONWriter().write(event) + [UInt8(ascii: "\n")]
  }
}

extension UInt64 {
  fileprivate func saturatingSum(_ count: Int) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(UInt64(clamping: count))
    return overflow ? .max : sum
  }
}
