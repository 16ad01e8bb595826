import LinuxSystem
import SystemPackage

/// What the holder of a lock is about to make or take away, in case that it is killed: a file beside the
/// records, filled before the first change and blanked after the last, all under the one lock. Who gets
/// the lock next and finds something in it finishes or undoes what it names.
///
/// The file begins with `+` and ends with a line `.` while it counts; its first byte becomes `-` at the
/// end. It is written over in place, because to make and remove a file for each change would cost more
/// than the change.
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

    fileprivate init?(_ line: Substring) {
      let words = line.split(separator: " ")
      guard words.count == 2, isObjectID(String(words[1])) else { return nil }
      switch words[0] {
      case "adding": self = .adding(String(words[1]))
      case "unneeded": self = .unneeded(String(words[1]))
      default: return nil
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
    guard text.utf8.first == UInt8(ascii: "+") else { return nil }
    return text.split(separator: "\n").prefix { $0 != "." }.compactMap(Entry.init)
  }

  /// Notes the entries, and blanks them again once `body` has succeeded; where it fails they stay.
  func noting<Result>(_ entries: [Entry], _ body: () throws -> Result) throws -> Result {
    if entries.isEmpty { return try body() }
    let file = try openFile(path, [.readWrite, .create, .noFollow], mode: 0o600)
    let text = "+\n" + entries.map { $0.line + "\n" }.joined() + ".\n"
    _ = try file.lent.writeSome(Array(text.utf8), at: 0, subject: path)
    FaultPoint.reach("journal begun")
    let result = try body()
    _ = try file.lent.writeSome([UInt8(ascii: "-")], at: 0, subject: path)
    FaultPoint.reach("journal ended")
    return result
  }

  /// Blanks whatever is noted.
  func clear() throws(SystemError) {
    let file = try openFile(path, [.readWrite, .create, .noFollow], mode: 0o600)
    _ = try file.lent.writeSome([UInt8(ascii: "-")], at: 0, subject: path)
  }
}
