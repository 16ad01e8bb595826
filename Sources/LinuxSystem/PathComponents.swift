extension StringProtocol {
  /// The names of a path, as the kernel takes them apart: at each byte that is a slash, empty ones left
  /// out.
  ///
  /// Swift's own `split` goes by characters. It takes a slash and a combining mark behind it for one, and
  /// would leave both in a name, which a walk then resolves at once, links included.
  public var pathComponents: [Substring] {
    utf8.split(separator: UInt8(ascii: "/")).map { Substring(decoding: $0, as: UTF8.self) }
  }

  /// Whether it holds a slash, be it part of what Swift takes for another character.
  public var holdsSlash: Bool { utf8.contains(UInt8(ascii: "/")) }
}
