import LinuxSystem
import Testing

@testable import Storage

/// The probe is killed at every step of every operation. Afterwards each image is whole or absent, the
/// operation can be done again, and nothing is left that belongs to nobody.
@Suite(.serialized, .enabled(if: isRoot, "needs root"))
struct CrashTests {
  struct Case: CustomTestStringConvertible {
    var driver: String
    /// What is there before.
    var before: [[String]]
    var operation: [String]

    var testDescription: String { "\(driver) \(operation.joined(separator: " "))" }
  }

  private static let image = ["make-image", "localhost/one:latest", "first", "second"]

  private static func cases(_ driver: String) -> [Case] {
    [
      Case(driver: driver, before: [], operation: image),
      Case(
        driver: driver, before: [image],
        operation: ["make-image", "localhost/two:latest", "first", "third"]),
      Case(
        driver: driver, before: [image],
        operation: ["tag", "localhost/one:latest", "localhost/two:1"]),
      Case(driver: driver, before: [image], operation: ["remove-image", "localhost/one:latest"]),
      Case(driver: driver, before: [image], operation: ["create", "localhost/one:latest", "box"]),
      Case(
        driver: driver, before: [image, ["create", "localhost/one:latest", "box"]],
        operation: ["mount", "box"]),
      Case(
        driver: driver,
        before: [image, ["create", "localhost/one:latest", "box"], ["mount", "box"]],
        operation: ["unmount", "box"]),
      Case(
        driver: driver,
        before: [image, ["create", "localhost/one:latest", "box"], ["mount", "box"]],
        operation: ["delete", "box"]),
    ]
  }

  /// The steps that vfs does otherwise.
  private static let ofVFS = cases("vfs").filter { test in
    test.before.count < 2 && ["make-image", "create", "remove-image"].contains(test.operation[0])
  }

  @Test(arguments: cases("overlay") + ofVFS)
  func aKillAtAnyStepLeavesAStoreThatWorks(_ test: Case) throws {
    let count = try Self.run(test, stopAt: nil)
    #expect(count > 0)
    for step in 1...max(1, count) { _ = try Self.run(test, stopAt: step) }
  }

  /// - Returns: how many steps the operation has.
  private static func run(_ test: Case, stopAt step: Int?) throws -> Int {
    let store = try TestStore(driver: test.driver, in: "/dev/shm")
    if !test.before.isEmpty {
      let before = Array(test.before.joined(separator: ["then"]))
      #expect(try store.probe(before).status == .exited(0))
    }
    let switches = step.map { ["--stop-at", "\($0)"] } ?? ["--count"]
    let (lines, status) = try store.probe(test.operation, switches: switches)
    if step == nil {
      #expect(status == .exited(0))
    } else {
      #expect(status == .signaled(.kill))
    }
    try check(store, "after \(step ?? 0)")

    // It can be done again, unless it was done already; and whatever changes layers sweeps.
    let wasDone = ["create", "delete", "unmount", "remove-image"].contains(test.operation[0])
    var again = Array(
      [image, ["make-image", "localhost/last:latest", "fourth"]].joined(separator: ["then"]))
    if !wasDone { again = test.operation + ["then"] + again }
    #expect(try store.probe(again).status == .exited(0), "again, after step \(step ?? 0)")
    try check(store, "again, after step \(step ?? 0)")
    #expect(try store.strays() == [], "after step \(step ?? 0)")
    return lines.last.flatMap { Int($0) } ?? 0
  }

  /// Every image can be read and has all of its layers.
  private static func check(_ store: TestStore, _ moment: String) throws {
    let opened = try store.open()
    let images = try opened.images()
    #expect(images.damaged == [], "\(moment)")
    for image in images.items {
      for item in image.data {
        #expect(try opened.data(item.name, ofImage: image.id).count == Int(item.size ?? -1))
      }
      guard let top = image.topLayer else { continue }
      #expect(try opened.wholeLayer(top) != nil, "\(moment)")
    }
    for container in try opened.containers().items {
      #expect(try opened.files(ofLayer: container.layer) != .whole(folder: "", parent: nil))
    }
  }
}
