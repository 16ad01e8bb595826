import LinuxSystem

/// A path made absolute and free of `.`, `..` and doubled slashes, by its text alone.
///
/// - Parameter folder: what a relative path is relative to; an absolute path.
func absolutePath(_ path: String, in folder: String) -> String {
  var parts: [Substring] = path.hasPrefix("/") ? [] : folder.pathComponents
  for part in path.pathComponents where part != "." {
    if part == ".." {
      _ = parts.popLast()
    } else {
      parts.append(part)
    }
  }
  return "/" + parts.joined(separator: "/")
}

/// A path of a command line, made absolute from the working directory.
func absolutePath(_ path: String) throws -> String {
  if path.hasPrefix("/") { return absolutePath(path, in: "/") }
  return absolutePath(path, in: try CurrentProcess.workingDirectory())
}
