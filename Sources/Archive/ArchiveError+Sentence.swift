internal import LinuxSystem

extension ArchiveError: CustomStringConvertible {
  /// A sentence without full stop, for logs and for the one place that makes sentences of errors.
  public var description: String {
    switch self {
    case .system(let error): error.description
    case .malformed(let format, let fault, 0): "the \(format.rawValue) data is damaged: \(fault)"
    case .malformed(let format, let fault, let offset):
      "the \(format.rawValue) data is damaged at byte \(offset): \(fault)"
    case .truncated(let format): "the \(format.rawValue) data ends too early"
    case .unsupportedCompression(let name):
      "nothing is compressed with \(name); please use gzip or zstd"
    case .exceeds(let limit, let allowed): "the archive goes beyond \(limit.words) (\(allowed))"
    case .refused(let path, let refusal): "the entry \"\(path)\" is refused: \(refusal.words)"
    case .unmappedOwner(let path, let user, let group):
      "\"\(path)\" belongs to \(user):\(group), which the user namespace does not have: potentially "
        + "insufficient UIDs or GIDs available; please check /etc/subuid and /etc/subgid"
    case .contentDiffers(let path): "\"\(path)\" is no longer what the layer was made of"
    case .workerEnded(.exited(let status)): "the unpacking process ended with status \(status)"
    case .workerEnded(.signaled(let signal)): "the unpacking process was ended by \(signal.name)"
    }
  }
}

extension ArchiveLimits.Kind {
  fileprivate var words: String {
    switch self {
    case .uncompressedBytes: "the most bytes that it may decompress to"
    case .compressionRatio: "the highest ratio of compression"
    case .headerBytes: "the largest header in bytes"
    case .sparseRegions: "the most regions of a sparse file"
    case .entries: "the most entries"
    case .extendedAttributes: "the most extended attributes"
    }
  }
}

extension EntryRefusal {
  fileprivate var words: String {
    switch self {
    case .pathEscapes: "its path leads out of the archive's folder"
    case .pathInvalid: "its path or link is empty or holds a NUL"
    case .linkEscapes: "its link leads out of the archive's folder"
    case .linkTargetMissing: "what it links to does not exist"
    case .whiteoutInvalid: "it deletes nothing that can be named"
    case .parentNotDirectory: "a part of its path is no folder"
    case .replacesRoot: "it would replace the folder that is unpacked into"
    }
  }
}
