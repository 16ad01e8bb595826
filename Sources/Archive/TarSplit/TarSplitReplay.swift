internal import CLinux
internal import Glibc
internal import LinuxSystem
public import SystemPackage

/// Brings an archive back from the folder that it was unpacked into and its tar-split data, byte by byte.
public struct TarSplitReplay {
  private let folder: FileDescriptor

  /// - Parameter folder: where the layer was unpacked, lent.
  public init(folder: FileDescriptor) { self.folder = folder }

  /// Writes the uncompressed archive, and does not finish the sink. Every file is checked against its
  /// recorded checksum: `contentDiffers` names one that was changed.
  ///
  /// - Parameter tarSplit: the tar-split data, gzip or plain.
  public func write(_ tarSplit: any ByteSource, to sink: any ByteSink) throws(ArchiveError) {
    let reader = try TarSplitReader(tarSplit)
    var parent: (path: EntryPath, folder: SharedDescriptor)?
    while let line = try reader.next() {
      switch line {
      case .segment(let bytes): try sink.write(bytes)
      case .file(_, 0, _): break
      case .file(let name, let size, let checksum):
        guard let path = EntryPath(name), !path.isRoot else {
          throw .refused(path: String(decoding: name, as: UTF8.self), .pathEscapes)
        }
        if parent?.path != path.parent {
          parent = (path.parent, SharedDescriptor(try open(path.parent, path)))
        }
        guard let parent else { continue }
        try write(path, size, checksum, from: parent.folder.lent, to: sink)
      }
    }
  }

  private func open(
    _ parent: EntryPath, _ path: EntryPath
  ) throws(ArchiveError) -> OwnedDescriptor {
    do throws(ArchiveError) {
      return try folder.openFolder(inRoot: parent)
    } catch where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
      throw .contentDiffers(path: path.text)
    }
  }

  private func write(
    _ path: EntryPath, _ size: UInt64, _ checksum: [UInt8], from parent: FileDescriptor,
    to sink: any ByteSink
  ) throws(ArchiveError) {
    let file: OwnedDescriptor
    do throws(ArchiveError) {
      file = try parent.openEntry(EntryName(path.name), O_RDONLY | O_NONBLOCK)
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory, .tooManySymbolicLinkLevels, .noSuchAddressOrDevice:
        throw .contentDiffers(path: path.text)
      default: throw error
      }
    }
    let status = try file.lent.openStatus(path.text)
    guard status.format == S_IFREG, UInt64(exactly: status.st_size) == size else {
      throw .contentDiffers(path: path.text)
    }
    let source = DescriptorSource(
      file.lent, subject: path.text, bufferSize: Int(clamping: min(size, 1 << 18)))
    var left = size
    var crc = CRC64()
    while left > 0 {
      let piece = try source.next(Int(clamping: min(left, 1 << 18)))
      if piece.isEmpty { throw .contentDiffers(path: path.text) }
      crc.update(piece)
      try sink.write(piece)
      left -= UInt64(piece.count)
    }
    guard crc.bytes == checksum else { throw .contentDiffers(path: path.text) }
  }
}
