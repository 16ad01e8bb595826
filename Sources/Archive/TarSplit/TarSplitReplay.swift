internal import CLinux
internal import Glibc
internal import LinuxSystem
public import SystemPackage

/// An archive as it was, byte by byte, from the folder that it was unpacked into and its tar-split data.
public final class TarSplitReplay: ByteSource {
  private let folder: FileDescriptor
  private let reader: TarSplitReader
  /// The folder of the last file: the next one is mostly in the same.
  private var parent: (path: EntryPath, folder: SharedDescriptor)?
  private var segment: MemorySource?
  private var file: File?

  /// A file whose content comes next.
  private struct File {
    var path: EntryPath
    var source: DescriptorSource
    /// Keeps what `source` reads.
    var descriptor: SharedDescriptor
    var left: UInt64
    var checksum: [UInt8]
    var crc = CRC64()
  }

  /// - Parameters:
  ///   - tarSplit: the tar-split data, gzip or plain.
  ///   - folder: where the layer was unpacked, lent as long as this object lives.
  public init(_ tarSplit: any ByteSource, folder: FileDescriptor) throws(ArchiveError) {
    self.folder = folder
    reader = try TarSplitReader(tarSplit)
  }

  /// - Throws: `contentDiffers` for a file that is not what its recorded size and checksum say.
  public func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    while true {
      if let segment {
        let piece = try segment.next(limit)
        if !piece.isEmpty { return piece }
        self.segment = nil
      }
      if file != nil {
        let piece = try nextContent(limit)
        if !piece.isEmpty { return piece }
      }
      guard let line = try reader.next() else {
        return UnsafeRawBufferPointer(start: nil, count: 0)
      }
      switch line {
      case .segment(let bytes): segment = MemorySource(bytes)
      case .file(_, 0, _): break
      case .file(let name, let size, let checksum): file = try open(name, size, checksum)
      }
    }
  }

  private func nextContent(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    guard let file else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard file.left > 0 else {
      guard file.crc.bytes == file.checksum else { throw .contentDiffers(path: file.path.text) }
      self.file = nil
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    let piece = try file.source.next(min(limit, Int(clamping: file.left)))
    if piece.isEmpty { throw .contentDiffers(path: file.path.text) }
    self.file?.left -= UInt64(piece.count)
    self.file?.crc.update(piece)
    return piece
  }

  private func open(
    _ name: [UInt8], _ size: UInt64, _ checksum: [UInt8]
  ) throws(ArchiveError) -> File {
    guard let path = EntryPath(name), !path.isRoot else {
      throw .refused(path: String(decoding: name, as: UTF8.self), .pathEscapes)
    }
    if parent?.path != path.parent {
      parent = (path.parent, SharedDescriptor(try openFolder(of: path)))
    }
    guard let parent else { throw .contentDiffers(path: path.text) }
    let descriptor = SharedDescriptor(try openFile(path, in: parent.folder.lent))
    let status = try descriptor.lent.openStatus(path.text)
    guard status.format == S_IFREG, UInt64(exactly: status.st_size) == size else {
      throw .contentDiffers(path: path.text)
    }
    let source = DescriptorSource(
      descriptor.lent, subject: path.text, bufferSize: Int(clamping: min(size, 1 << 18)))
    return File(
      path: path, source: source, descriptor: descriptor, left: size, checksum: checksum)
  }

  private func openFolder(of path: EntryPath) throws(ArchiveError) -> OwnedDescriptor {
    do throws(ArchiveError) {
      return try folder.openFolder(inRoot: path.parent)
    } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
      throw .contentDiffers(path: path.text)
    }
  }

  private func openFile(
    _ path: EntryPath, in parent: FileDescriptor
  ) throws(ArchiveError) -> OwnedDescriptor {
    do throws(ArchiveError) {
      return try parent.openEntry(EntryName(path.name), O_RDONLY | O_NONBLOCK)
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory, .tooManySymbolicLinkLevels, .noSuchAddressOrDevice:
        throw .contentDiffers(path: path.text)
      default: throw error
      }
    }
  }
}
