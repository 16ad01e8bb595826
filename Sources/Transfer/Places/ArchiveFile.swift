import Archive
import HelperProtocols
import LinuxSystem
import SystemPackage

/// A tar archive in a file whose members are read in any order.
///
/// One that comes from a pipe, or is compressed as a whole, is first written to a file without a name.
final class ArchiveFile {
  struct Member: Equatable {
    var offset: Int64
    var size: Int64
  }

  let path: String
  let file: SharedDescriptor
  private var members: [String: Member] = [:]
  private var links: [String: String] = [:]

  /// - Parameter path: empty, or `-`, for standard input.
  init(path: String) throws(TransferFailure) {
    self.path = path.isEmpty || path == "-" ? "standard input" : path
    do {
      let input: SharedDescriptor
      if path.isEmpty || path == "-" {
        input = SharedDescriptor(try FileDescriptor.standardInput.duplicated())
      } else {
        input = SharedDescriptor(try openFile(path, [.readOnly]))
      }
      file = try Self.plainFile(input, self.path)
      try readMembers()
    } catch {
      if let error = error as? SystemError, error.errno == .noSuchFileOrDirectory {
        throw TransferFailure(.system, path, detail: "no such file or directory")
      }
      throw TransferFailure(work: error, self.path)
    }
  }

  /// Reads an archive that is in a file already.
  init(_ file: SharedDescriptor, path: String) throws(TransferFailure) {
    self.path = path
    do {
      try file.lent.rewind()
      self.file = try Self.plainFile(file, path)
      try readMembers()
    } catch { throw TransferFailure(work: error, path) }
  }

  private static func plainFile(
    _ input: SharedDescriptor, _ path: String
  ) throws -> SharedDescriptor {
    let isFile = try input.lent.status(subject: path).kind == .regular
    if isFile {
      let start = try input.lent.readPart(at: 0, limit: 6, subject: path)
      let probe = try Decompressor(MemorySource(start))
      if probe.compression == .none { return input }
    }
    let plain = try Decompressor(DescriptorSource(input.lent, subject: path))
    let copy = try temporaryFile()
    let sink = DescriptorSink(copy.lent, subject: "temporary file", bufferSize: 1 << 18)
    try sink.write(from: plain)
    try sink.finish()
    return copy
  }

  /// A file without a name, where images may be large: `$TMPDIR`, else /var/tmp.
  static func temporaryFile() throws(SystemError) -> SharedDescriptor {
    let folder = CurrentProcess.environmentVariable("TMPDIR") ?? "/var/tmp"
    return SharedDescriptor(
      try openFile(folder, [.readWrite, .unnamed], mode: 0o600))
  }

  private func readMembers() throws {
    var offset: Int64 = 0
    while true {
      let reader = TarReader(PartSource(file, from: offset))
      guard let entry = try reader.next() else { return }
      guard let relative = Int64(exactly: reader.position), let size = Int64(exactly: entry.size)
      else { throw ArchiveError.malformed(.tar, "size", offset: 0) }
      let (content, overflow) = offset.addingReportingOverflow(relative)
      let (end, overflow2) = content.addingReportingOverflow(size)
      let (padded, overflow3) = end.addingReportingOverflow((512 - size % 512) % 512)
      if overflow || overflow2 || overflow3 {
        throw ArchiveError.malformed(.tar, "size", offset: UInt64(offset))
      }
      guard let name = Self.normalized(entry.pathText) else {
        throw ArchiveError.refused(path: entry.pathText, .pathEscapes)
      }
      switch entry.kind {
      case .regular:
        members[name] = Member(offset: content, size: size)
        offset = padded
      case .symbolicLink:
        links[name] = Self.normalized(
          String(decoding: entry.linkTarget, as: UTF8.self), from: name)
        offset = content
      case .hardLink:
        links[name] = Self.normalized(String(decoding: entry.linkTarget, as: UTF8.self))
        offset = content
      default: offset = content
      }
      guard members.count + links.count <= 100_000 else {
        throw ArchiveError.exceeds(.entries, allowed: 100_000)
      }
    }
  }

  /// A path without `.` and `..`; nil where it leads out of the archive.
  private static func normalized(_ path: String, from member: String? = nil) -> String? {
    var parts = member.map { $0.pathComponents.dropLast().map(String.init) } ?? []
    for part in path.pathComponents where part != "." {
      if part == ".." {
        if parts.popLast() == nil { return nil }
      } else {
        parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }

  /// A member by its path, also by way of a link.
  func member(_ name: String) -> Member? {
    guard var name = Self.normalized(name) else { return nil }
    for _ in 0..<8 {
      if let member = members[name] { return member }
      guard let next = links[name] else { return nil }
      name = next
    }
    return nil
  }

  func contains(_ name: String) -> Bool { member(name) != nil }

  func read(_ name: String, limit: Int) throws(TransferFailure) -> [UInt8] {
    guard let member = member(name) else {
      throw TransferFailure(.malformed, path, detail: "the archive has no \(printable(name))")
    }
    guard member.size <= limit else {
      throw TransferFailure(.tooLarge, "\(path), \(name)", expected: "\(limit)")
    }
    do {
      let source = PartSource(file, from: member.offset, length: member.size)
      return try source.readAll(limit: limit, .headerBytes)
    } catch { throw TransferFailure(work: error, path) }
  }

  /// The first bytes of a member.
  func start(of member: Member, count: Int) throws(TransferFailure) -> [UInt8] {
    do {
      return try file.lent.readPart(at: member.offset, limit: Int(min(Int64(count), member.size)))
    } catch { throw TransferFailure(store: error, path) }
  }
}

/// A part of a file as a source.
final class PartSource: ByteSource {
  private let file: SharedDescriptor
  private var offset: Int64
  private let end: Int64
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)

  init(_ file: SharedDescriptor, from offset: Int64, length: Int64 = .max) {
    self.file = file
    self.offset = offset
    let (end, overflow) = offset.addingReportingOverflow(length)
    self.end = overflow ? .max : end
  }

  deinit { buffer.deallocate() }

  func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    let count = min(limit, buffer.count, Int(clamping: end - offset))
    if count <= 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    do throws(SystemError) {
      let bytes = try file.lent.readPart(at: offset, limit: count)
      buffer.copyBytes(from: bytes)
      offset += Int64(bytes.count)
      return UnsafeRawBufferPointer(rebasing: buffer[..<bytes.count])
    } catch { throw .system(error) }
  }
}
