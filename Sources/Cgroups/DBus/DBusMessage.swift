/// A message, its header read (D-Bus specification, "Message format").
struct DBusMessage: Equatable, Sendable {
  enum Kind: UInt8, Sendable {
    case call = 1
    case reply = 2
    case error = 3
    case signal = 4
  }

  var kind: Kind
  var serial: UInt32 = 0
  var path = ""
  var interface = ""
  var member = ""
  var destination = ""
  var errorName = ""
  var replySerial: UInt32 = 0
  var body: [DBusValue] = []

  /// The longest message that is accepted; a bus allows 128 MiB, systemd's answers have a few hundred
  /// bytes.
  static let sizeLimit = 1 << 20

  /// The fixed part of the header, with the length of its fields.
  static let prologue = 16

  private enum Field {
    static let path: UInt8 = 1
    static let interface: UInt8 = 2
    static let member: UInt8 = 3
    static let errorName: UInt8 = 4
    static let replySerial: UInt8 = 5
    static let destination: UInt8 = 6
    static let signature: UInt8 = 8
  }

  func encoded() -> [UInt8] {
    var content = DBusWriter()
    for value in body { content.write(value) }
    var fields: [DBusValue] = []
    func add(_ code: UInt8, _ value: DBusValue) {
      fields.append(.structure([.byte(code), .variant(value)]))
    }
    if !path.isEmpty { add(Field.path, .objectPath(path)) }
    if !interface.isEmpty { add(Field.interface, .string(interface)) }
    if !member.isEmpty { add(Field.member, .string(member)) }
    if !errorName.isEmpty { add(Field.errorName, .string(errorName)) }
    if replySerial != 0 { add(Field.replySerial, .uint32(replySerial)) }
    if !destination.isEmpty { add(Field.destination, .string(destination)) }
    if !body.isEmpty { add(Field.signature, .signature(body.map(\.signature).joined())) }
    var message = DBusWriter()
    for byte in [UInt8(ascii: "l"), kind.rawValue, 0, 1] { message.write(.byte(byte)) }
    message.write(.uint32(UInt32(truncatingIfNeeded: content.bytes.count)))
    message.write(.uint32(serial))
    message.write(.array(of: "(yv)", fields))
    message.align(to: 8)
    return message.bytes + content.bytes
  }

  /// How long the message is that begins with these 16 bytes.
  static func length(prologue bytes: [UInt8]) throws(DBusError) -> Int {
    guard bytes.count >= prologue else { throw .malformed("it ends too early") }
    guard bytes[0] == UInt8(ascii: "l") || bytes[0] == UInt8(ascii: "B") else {
      throw .malformed("byte order")
    }
    var reader = DBusReader(Array(bytes[4..<16]), isLittleEndian: bytes[0] == UInt8(ascii: "l"))
    let body = Int(try reader.integer(UInt32.self))
    _ = try reader.integer(UInt32.self)
    let fields = Int(try reader.integer(UInt32.self))
    guard body <= sizeLimit, fields <= sizeLimit else { throw .malformed("too long") }
    return prologue + (fields + 7) / 8 * 8 + body
  }

  /// Reads a whole message.
  init(decoding bytes: [UInt8]) throws(DBusError) {
    guard bytes.count >= Self.prologue, let kind = Kind(rawValue: bytes[1]) else {
      throw .malformed("unknown kind of message")
    }
    self.kind = kind
    let isLittleEndian = bytes[0] == UInt8(ascii: "l")
    var reader = DBusReader(bytes, isLittleEndian: isLittleEndian)
    for _ in 0..<8 { _ = try reader.integer(UInt8.self) }
    serial = try reader.integer()
    guard case .array(_, let fields) = try reader.value("a(yv)") else {
      throw .malformed("header")
    }
    var signature = ""
    for case .structure(let field) in fields where field.count == 2 {
      switch (field[0], field[1]) {
      case (.byte(Field.path), .variant(.objectPath(let value))): path = value
      case (.byte(Field.interface), .variant(.string(let value))): interface = value
      case (.byte(Field.member), .variant(.string(let value))): member = value
      case (.byte(Field.errorName), .variant(.string(let value))): errorName = value
      case (.byte(Field.replySerial), .variant(.uint32(let value))): replySerial = value
      case (.byte(Field.destination), .variant(.string(let value))): destination = value
      case (.byte(Field.signature), .variant(.signature(let value))): signature = value
      default: break
      }
    }
    try reader.align(to: 8)
    body = try reader.values(signature[...])
  }

  init(
    call member: String, on path: String, of interface: String, at destination: String,
    _ body: [DBusValue]
  ) {
    kind = .call
    self.path = path
    self.interface = interface
    self.member = member
    self.destination = destination
    self.body = body
  }
}
