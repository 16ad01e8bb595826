/// What CRIU answers or tells: `criu_resp` of CRIU's images/rpc.proto.
struct CriuResponse {
  /// What CRIU is about to do, or has done, and waits for us to see to.
  struct Notification: Equatable {
    var script: String = ""
    /// The process that it is about, in our pid namespace.
    var processID: Int32 = 0
  }

  var kind: CriuRequest.Kind?
  var isSuccess = false
  var notification: Notification?
  /// The first process of what was restored.
  var restoredProcess: Int32?
  /// What CRIU says went wrong: an errno value and a text.
  var errorNumber: Int32 = 0
  var errorMessage: String?
  var features: CriuFeatures?
  var version: CriuVersion?

  /// - Throws: `ProtobufReader.Malformed`, also where a field that has to be there is missing.
  init(decoding bytes: [UInt8]) throws {
    var reader = ProtobufReader(bytes[...])
    var rawKind: UInt64?
    var success: Bool?
    while let field = try reader.next() {
      let value = field.value
      switch field.number {
      case 1: rawKind = value.unsigned
      case 2: success = value.flag
      case 4: restoredProcess = try Self.fields(of: value)[1]?.signed
      case 5:
        let fields = try Self.fields(of: value)
        notification = Notification(
          script: fields[1]?.text ?? "", processID: fields[2]?.signed ?? 0)
      case 7: errorNumber = value.signed ?? 0
      case 8:
        let fields = try Self.fields(of: value)
        var found: CriuFeatures = []
        if fields[1]?.flag ?? false { found.insert(.memoryTracking) }
        if fields[2]?.flag ?? false { found.insert(.lazyPages) }
        features = found
      case 9: errorMessage = value.text
      case 10: version = CriuVersion(try Self.fields(of: value))
      default: break
      }
    }
    guard let rawKind, let success else { throw ProtobufReader.Malformed() }
    kind = CriuRequest.Kind(rawValue: rawKind)
    isSuccess = success
  }

  private static func fields(
    of value: ProtobufReader.Value
  ) throws(ProtobufReader.Malformed) -> [UInt64: ProtobufReader.Value] {
    guard let content = value.content else { throw ProtobufReader.Malformed() }
    var reader = ProtobufReader(content)
    var result: [UInt64: ProtobufReader.Value] = [:]
    while let field = try reader.next() { result[field.number] = field.value }
    return result
  }
}

/// A version of CRIU.
struct CriuVersion: Comparable, CustomStringConvertible {
  var major: Int32
  var minor: Int32
  var sublevel: Int32

  init(_ major: Int32, _ minor: Int32, _ sublevel: Int32 = 0) {
    self.major = major
    self.minor = minor
    self.sublevel = sublevel
  }

  /// From the fields of `criu_version`.
  fileprivate init(_ fields: [UInt64: ProtobufReader.Value]) {
    self.init(fields[1]?.signed ?? 0, fields[2]?.signed ?? 0, fields[4]?.signed ?? 0)
    // A build from between two releases counts as the next one.
    if fields[3]?.text != nil { (minor, sublevel) = (minor &+ 1, 0) }
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor, left.sublevel) < (right.major, right.minor, right.sublevel)
  }

  var description: String { sublevel == 0 ? "\(major).\(minor)" : "\(major).\(minor).\(sublevel)" }
}
