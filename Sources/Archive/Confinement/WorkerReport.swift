internal import JSON
internal import LinuxSystem
internal import SystemPackage

/// What the confined process says at its end, one JSON document: a report, or why there is none.
///
/// The parent trusts it no more than the archive: a hostile archive may have taken the child over.
struct WorkerReport: JSONObject {
  var result: Result?
  var failure: Failure?

  static var blank: WorkerReport { WorkerReport() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("result", &result)
    try object.member("failure", &failure)
  }

  struct Result: JSONObject {
    var diffID = ""
    var uncompressedSize: UInt64 = 0
    var compressedDigest = ""
    var compressedSize: UInt64 = 0
    var compression = ""
    var contentSize: UInt64 = 0
    var entryCount: UInt64 = 0
    var users: [UInt32] = []
    var groups: [UInt32] = []
    var leftOut: UInt64 = 0
    var isReproducible = false
    /// Paths in base64.
    var opaqueFolders: [String] = []

    static var blank: Result { Result() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("diffID", &diffID)
      try object.member("uncompressedSize", &uncompressedSize)
      try object.member("compressedDigest", &compressedDigest)
      try object.member("compressedSize", &compressedSize)
      try object.member("compression", &compression)
      try object.member("contentSize", &contentSize)
      try object.member("entryCount", &entryCount)
      try object.member("users", &users)
      try object.member("groups", &groups)
      try object.member("leftOut", &leftOut)
      try object.member("isReproducible", &isReproducible)
      try object.member("opaqueFolders", &opaqueFolders)
    }
  }

  /// An `ArchiveError`: its case, and its values where the case has them.
  struct Failure: JSONObject {
    var kind = ""
    var text: String?
    var path: String?
    var number: UInt64?
    var user: UInt32?
    var group: UInt32?
    var errno: Int32?

    static var blank: Failure { Failure() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("kind", &kind)
      try object.member("text", &text)
      try object.member("path", &path)
      try object.member("number", &number)
      try object.member("user", &user)
      try object.member("group", &group)
      try object.member("errno", &errno)
    }
  }
}

extension WorkerReport.Result {
  init(_ report: UnpackReport, opaqueFolders: [EntryPath]) {
    diffID = report.diffID.description
    uncompressedSize = report.uncompressedSize
    compressedDigest = report.compressedDigest.description
    compressedSize = report.compressedSize
    compression = report.compression.rawValue
    contentSize = report.contentSize
    entryCount = report.entryCount
    users = report.users
    groups = report.groups
    leftOut = report.leftOut
    isReproducible = report.isReproducible
    self.opaqueFolders = opaqueFolders.map {
      var text: [UInt8] = []
      appendBase64($0.bytes, to: &text)
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// Nil where it makes no sense.
  var report: UnpackReport? {
    guard let diffID = SHA256Value(diffID), let digest = SHA256Value(compressedDigest),
      let compression = Compression(rawValue: compression)
    else { return nil }
    return UnpackReport(
      diffID: diffID, uncompressedSize: uncompressedSize, compressedDigest: digest,
      compressedSize: compressedSize, compression: compression, contentSize: contentSize,
      entryCount: entryCount, users: users, groups: groups, leftOut: leftOut,
      isReproducible: isReproducible)
  }
}

extension WorkerReport.Failure {
  init(_ error: ArchiveError) {
    self.init()
    switch error {
    case .system(let system):
      (kind, text, path, errno) = (
        "system", system.operation, system.subject, system.errno.rawValue
      )
    case .malformed(let format, let fault, let offset):
      (kind, text, path, number) = ("malformed", format.rawValue, fault, offset)
    case .truncated(let format): (kind, text) = ("truncated", format.rawValue)
    case .unsupportedCompression(let name): (kind, text) = ("unsupportedCompression", name)
    case .exceeds(let limit, let allowed):
      (kind, text, number) = ("exceeds", limit.rawValue, allowed)
    case .refused(let path, let refusal):
      (kind, text, self.path) = ("refused", refusal.rawValue, path)
    case .unmappedOwner(let path, let user, let group):
      (kind, self.path, self.user, self.group) = ("unmappedOwner", path, user, group)
    case .contentDiffers(let path): (kind, self.path) = ("contentDiffers", path)
    case .workerEnded: kind = "workerEnded"
    }
  }

  /// Nil where it makes no sense.
  var error: ArchiveError? {
    let format = text.flatMap(ArchiveFormat.init(rawValue:))
    switch kind {
    case "system":
      guard let text, let errno else { return nil }
      return .system(SystemError(text, path ?? "", Errno(rawValue: errno)))
    case "malformed": return format.map { .malformed($0, path ?? "", offset: number ?? 0) }
    case "truncated": return format.map { .truncated($0) }
    case "unsupportedCompression": return text.map { .unsupportedCompression($0) }
    case "exceeds":
      return text.flatMap(ArchiveLimits.Kind.init(rawValue:)).map {
        .exceeds($0, allowed: number ?? 0)
      }
    case "refused":
      return text.flatMap(EntryRefusal.init(rawValue:)).map { .refused(path: path ?? "", $0) }
    case "unmappedOwner":
      guard let user, let group else { return nil }
      return .unmappedOwner(path: path ?? "", user: user, group: group)
    case "contentDiffers": return .contentDiffers(path: path ?? "")
    default: return nil
    }
  }
}
