import RuntimeSpec
import Testing

@testable import RuntimeCore

@Suite struct UndoStackTests {
  private struct Failure: Error, CustomStringConvertible { let description: String }

  @Test func undoesInReverse() {
    var order: [Int] = []
    var undo = UndoStack()
    undo.push("one") { order.append(1) }
    undo.push("two") { order.append(2) }
    _ = undo.unwind(after: Failure(description: "no"))
    #expect(order == [2, 1])
  }

  @Test func goesOnAfterAFailureAndReportsAll() {
    var order: [Int] = []
    var undo = UndoStack()
    undo.push("removing one") { order.append(1) }
    undo.push("removing two") { throw Failure(description: "busy") }
    let error = undo.unwind(after: Failure(description: "no"))
    #expect(order == [1])
    #expect("\(error)" == "no; cleaning up: removing two: busy")
  }
}

@Suite struct AbsolutePathTests {
  @Test(arguments: [
    ("a/b", "/x/y", "/x/y/a/b"), ("../a", "/x/y", "/x/a"), ("/a//b/./c/", "/x", "/a/b/c"),
    ("../../../..", "/x", "/"), (".", "/x/y", "/x/y"), ("", "/x", "/x"),
  ])
  func isMadeOfText(_ path: String, _ folder: String, _ expected: String) {
    #expect(absolutePath(path, in: folder) == expected)
  }
}

@Suite struct IDMappingsTests {
  private let mappings: [Spec.Linux.IDMapping] = [
    .init(containerID: 0, hostID: 1000, size: 1), .init(containerID: 1, hostID: 100_000, size: 10),
    .init(containerID: 100, hostID: UInt32.max, size: 5),
  ]

  @Test(
    arguments: [(0, 1000), (1, 100_000), (10, 100_009), (100, UInt32.max)] as [(UInt32, UInt32)])
  func findsTheHostsID(_ id: UInt32, _ host: UInt32) {
    #expect(IDMappings.hostID(id, mappings) == host)
  }

  @Test(arguments: [11, 99, 101, UInt32.max]) func hasNoneOutsideOrPastTheEnd(_ id: UInt32) {
    #expect(IDMappings.hostID(id, mappings) == nil)
  }
}
