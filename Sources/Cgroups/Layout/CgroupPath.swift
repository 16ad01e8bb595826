// Paths of cgroups below a mount point. They come from `cgroupsPath` and are cleaned by their text
// alone: cgroup file systems have no links, so that text and kernel agree on what `..` means.

/// The path with `.`, `..` and doubled slashes resolved; `..` at the top stays at the top. The
/// result begins with a slash when the path does.
///
/// - Throws: `invalidPath` for a path with a NUL.
func cleanCgroupPath(_ path: String) throws(CgroupError) -> String {
  if path.utf8.contains(0) { throw .invalidPath("a path with a NUL character") }
  var parts: [Substring] = []
  for part in path.parts(separatedBy: "/") where !part.isEmpty && part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  let relative = parts.joined(separator: "/")
  return path.utf8.first == UInt8(ascii: "/") ? "/" + relative : relative
}

/// Two paths as one, without doubled slashes; the second is taken as relative to the first.
func joinPath(_ first: String, _ second: String) -> String {
  var base = Substring(first)
  while base.utf8.last == UInt8(ascii: "/") { base = base.dropLast() }
  var rest = Substring(second)
  while rest.utf8.first == UInt8(ascii: "/") { rest = rest.dropFirst() }
  if rest.isEmpty { return base.isEmpty ? "/" : String(base) }
  return "\(base)/\(rest)"
}

/// Whether a path is the directory or below it.
func isPath(_ path: String, atOrBelow directory: String) -> Bool {
  if directory == "/" || path == directory { return true }
  return path.hasPrefix(directory + "/")
}
