import LinuxSystem
import SystemPackage

/// What the holder of a lock is about to make or take away, in case that it is killed: a file beside the
/// records, written before the first change and removed after the last, all under the one lock. Who
/// gets the lock next and finds it there finishes or undoes what it names.
struct Journal {
  enum Entry: Equatable {
    /// Files that are put in place before their record: without the record they go.
    case adding(String)
    /// A layer that goes with its record, or one that a container needs which may not have come to be:
    /// where nothing needs it, it goes.
    case unneeded(String)

    fileprivate var line: String {
      switch self {
      case .adding(let id): "adding \(id)"
      case .unneeded(let id): "unneeded \(id)"
      }
    }
  }

  let path: String

  init(folder: String) { path = "\(folder)/.unfinished" }

  /// What a holder of the lock that was killed has left; nil where there is nothing.
  func unfinished() throws(SystemError) -> [Entry]? {
    let text: String
    do throws(SystemError) {
      text = String(decoding: try readFile(path, limit: 1 << 20), as: UTF8.self)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw error
    }
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 2, isObjectID(String(words[1])) else { return nil }
      switch words[0] {
      case "adding": return .adding(String(words[1]))
      case "unneeded": return .unneeded(String(words[1]))
      default: return nil
      }
    }
  }

  func begin(_ entries: [Entry]) throws(SystemError) {
    let file = try openFile(path, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
    try file.lent.writeAll(entries.map { $0.line + "\n" }.joined(), subject: path)
    FaultPoint.reach("journal begun")
  }

  func end() throws(SystemError) {
    try removeFileIfPresent(path)
    FaultPoint.reach("journal ended")
  }
}
