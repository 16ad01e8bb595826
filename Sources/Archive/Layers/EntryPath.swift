/// A path of an archive, cleaned: without empty components, `.` and `..`.
///
/// Cleaning is lexical, as Go does it for podman and docker: `a/../b` is `b` even where `a` is a link.
struct EntryPath: Hashable {
  /// Components with slashes between; empty for the root.
  let bytes: [UInt8]

  /// Nil for a path that leads out of the root, or has a NUL in it.
  init?(_ path: [UInt8]) {
    var components: [ArraySlice<UInt8>] = []
    for component in path.split(separator: UInt8(ascii: "/")) {
      if component.elementsEqual(".".utf8) { continue }
      if component.elementsEqual("..".utf8) {
        guard components.popLast() != nil else { return nil }
        continue
      }
      if component.contains(0) { return nil }
      components.append(component)
    }
    bytes = Array(components.joined(separator: [UInt8(ascii: "/")]))
  }

  private init(clean bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  static let root = EntryPath(clean: [])

  var isRoot: Bool { bytes.isEmpty }

  /// The last component; empty for the root.
  var name: ArraySlice<UInt8> {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes[...] }
    return bytes[(slash + 1)...]
  }

  /// The path without the last component.
  var parent: EntryPath {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return .root }
    return EntryPath(clean: bytes[..<slash])
  }

  /// An entry of this folder. The name has no slash.
  func appending(_ name: some Collection<UInt8>) -> EntryPath {
    isRoot ? EntryPath(clean: name) : EntryPath(clean: bytes + [UInt8(ascii: "/")] + Array(name))
  }

  /// For people to read.
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A path as Go's filepath.Clean gives it for those that lead out of the root too: what tar-split data
/// compares names by.
func cleanedPath(_ path: [UInt8]) -> [UInt8] { EntryPath(path)?.bytes ?? path }
