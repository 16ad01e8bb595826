import JSON
import LinuxSystem
import SystemPackage

/// Reads the file of events from a place on, also over rotations.
struct EventTail {
  private let path: String
  private var file: SharedDescriptor
  /// The beginning of a line whose end is not written yet.
  private var rest: [UInt8] = []
  /// When the rotation was whose lines are passed over, because they were read before it.
  private var rotation: Timestamp?
  /// Whether the next line is the first of a file that stepped in another's place.
  private var isNewFile = false

  /// - Parameter fromStart: whether what is there already is read too.
  init(_ file: EventFile, fromStart: Bool) throws {
    path = file.path
    let opened = try file.open()
    if !fromStart { _ = try opened.lent.seek(offset: 0, from: .end) }
    self.file = SharedDescriptor(opened)
  }

  /// The events that have been added since the last call. Lines that are none are passed over.
  mutating func read() throws -> [Event] {
    var events = try readHere()
    while try moveOn() { events += try readHere() }
    return events
  }

  private mutating func readHere() throws -> [Event] {
    var events: [Event] = []
    let position = try file.lent.seek(offset: 0, from: .current)
    if try file.lent.status(subject: path).size < UInt64(clamping: position) {
      // Somebody has emptied it.
      _ = try file.lent.seek(offset: 0, from: .start)
      rest = []
    }
    while true {
      let bytes = try file.lent.readSome(limit: 1 << 16, subject: path)
      if bytes.isEmpty { return events }
      rest += bytes
      for line in Self.takeLines(from: &rest) {
        if let event = try? JSONReader().read(Event.self, from: line), isNews(event) {
          events.append(event)
        }
      }
    }
  }

  /// Takes the lines that are whole out of what was read.
  static func takeLines(from bytes: inout [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(Array(bytes[start..<end]))
      start = end + 1
    }
    bytes.removeFirst(start)
    return lines
  }

  /// A rotated file begins with the newer half of the one before, between two marks. In that half the
  /// marks of an earlier rotation can stand.
  private mutating func isNews(_ event: Event) -> Bool {
    defer { isNewFile = false }
    let mark =
      event.status == .logRotation ? event.attributes[EventFile.rotationAttribute] : nil
    if isNewFile, mark == "begin" { rotation = event.time }
    guard let rotation else { return true }
    if mark == "end", event.time >= rotation { self.rotation = nil }
    return false
  }

  /// Goes on to the file that has stepped in this one's place; false if there is none.
  private mutating func moveOn() throws(SystemError) -> Bool {
    let next: OwnedDescriptor
    do throws(SystemError) {
      next = try openFile(path, [.readOnly])
    } catch {
      if error.errno == .noSuchFileOrDirectory { return false }
      throw error
    }
    let here = try file.lent.status(subject: path)
    let there = try next.lent.status(subject: path)
    if here.inode == there.inode, here.fileSystem == there.fileSystem { return false }
    file = SharedDescriptor(next)
    rest = []
    isNewFile = true
    return true
  }
}
