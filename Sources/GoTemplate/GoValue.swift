/// A value as Go programs have it: what a template walks through and prints, and what is written as
/// JSON.
///
/// One value serves both, so that `--format json` and `--format '{{.Field}}'` cannot drift apart.
public indirect enum GoValue: Sendable {
  /// What a map does not have: `<no value>`.
  case missing
  /// A pointer or interface that holds nothing: `<nil>`, in JSON `null`.
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case float(Double)
  case string(String)
  /// A slice.
  case list([GoValue])
  /// A slice that was never made: empty, in JSON `null`.
  case nilList
  /// A map; printed in the order of its keys.
  case map([String: GoValue])
  /// A map that was never made: empty, in JSON `null`.
  case nilMap
  case structure(GoStructure)
  /// A `time.Duration`, in nanoseconds: printed as `1m30s`, a number in JSON.
  case duration(Int64)
  /// A `time.Time`: seconds and nanoseconds since 1970.
  case time(Int64, nanoseconds: Int64)
}

/// A structure of Go: fields with the names that templates use and those that JSON uses.
public struct GoStructure: Sendable {
  /// A field, or a method without arguments.
  public struct Field: Sendable {
    /// What templates call it.
    public var name: String
    /// What JSON calls it; nil for what JSON leaves out.
    public var json: String?
    /// Whether JSON leaves it out when it is empty.
    public var omitsEmpty: Bool
    /// Whether `{{.}}` leaves it out, because it is a method.
    public var isMethod: Bool
    private let source: @Sendable () -> GoValue
    /// What a method with one argument gives for it; nil for everything else.
    private(set) var application: (@Sendable (GoValue) -> GoValue)?

    public var value: GoValue { source() }

    init(
      _ name: String, json: String?, omitsEmpty: Bool, isMethod: Bool,
      _ source: @escaping @Sendable () -> GoValue
    ) {
      self.name = name
      self.json = json
      self.omitsEmpty = omitsEmpty
      self.isMethod = isMethod
      self.source = source
    }

    /// A field.
    public static func field(
      _ name: String, json: String? = nil, omitsEmpty: Bool = false, _ value: GoValue
    ) -> Field {
      Field(name, json: json ?? name, omitsEmpty: omitsEmpty, isMethod: false) { value }
    }

    /// A field that JSON does not have.
    public static func unwritten(_ name: String, _ value: GoValue) -> Field {
      Field(name, json: nil, omitsEmpty: false, isMethod: false) { value }
    }

    /// A method with one argument: `{{.Label "name"}}`.
    public static func method(
      _ name: String, applying application: @escaping @Sendable (GoValue) -> GoValue
    ) -> Field {
      var field = Field(name, json: nil, omitsEmpty: false, isMethod: true) { .missing }
      field.application = application
      return field
    }

    /// What is computed only when a template asks for it.
    public static func method(
      _ name: String, _ value: @escaping @Sendable () -> GoValue
    ) -> Field {
      Field(name, json: nil, omitsEmpty: false, isMethod: true, value)
    }
  }

  public var fields: [Field]

  public init(_ fields: [Field]) { self.fields = fields }

  /// The field or method of a name.
  public subscript(name: String) -> GoValue? { field(name)?.value }

  func field(_ name: String) -> Field? { fields.first { $0.name == name } }
}

// MARK: Values as Swift writes them

extension GoValue {
  /// A structure.
  public static func structure(_ fields: GoStructure.Field...) -> GoValue {
    .structure(GoStructure(fields))
  }

  public init(_ value: Bool) { self = .bool(value) }
  public init(_ value: Int) { self = .int(Int64(value)) }
  public init(_ value: Int32) { self = .int(Int64(value)) }
  public init(_ value: Int64) { self = .int(value) }
  public init(_ value: UInt16) { self = .uint(UInt64(value)) }
  public init(_ value: UInt32) { self = .uint(UInt64(value)) }
  public init(_ value: UInt64) { self = .uint(value) }
  public init(_ value: Double) { self = .float(value) }
  public init(_ value: String) { self = .string(value) }
  /// Strings; nil is a slice that was never made.
  public init(_ values: [String]?) {
    self = values.map { .list($0.map { .string($0) }) } ?? .nilList
  }
  /// A map of strings; nil is a map that was never made.
  public init(_ values: [String: String]?) {
    self = values.map { .map($0.mapValues { .string($0) }) } ?? .nilMap
  }
}

extension GoValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: GoValue...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, GoValue)...) {
    self = .map(Dictionary(elements) { _, last in last })
  }
}

// MARK: What Go says of a value

extension GoValue {
  /// Whether `if`, `and`, `or` and `with` take it for true: what is not empty.
  public var isTrue: Bool {
    switch self {
    case .missing, .null, .nilList, .nilMap: false
    case .bool(let value): value
    case .int(let value), .duration(let value): value != 0
    case .uint(let value): value != 0
    case .float(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let values): !values.isEmpty
    case .map(let values): !values.isEmpty
    case .structure, .time: true
    }
  }

  /// Whether `omitempty` leaves it out.
  var isEmpty: Bool {
    switch self {
    case .structure, .time: false
    default: !isTrue
    }
  }

  /// The type's name in messages.
  var typeName: String {
    switch self {
    case .missing, .null: "nil"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .float: "float64"
    case .string: "string"
    case .list, .nilList: "slice"
    case .map, .nilMap: "map"
    case .structure: "struct"
    case .duration: "time.Duration"
    case .time: "time.Time"
    }
  }
}
