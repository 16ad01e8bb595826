import Foundation

/// A folder with files, gone after `body`.
func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
  let folder = NSTemporaryDirectory() + "engine-config-" + UUID().uuidString
  defer { try? FileManager.default.removeItem(atPath: folder) }
  for (path, text) in files {
    let file = URL(filePath: "\(folder)/\(path)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
  try body(folder)
}
