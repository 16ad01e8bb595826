import Foundation
import RuntimeSpec
import Testing

@testable import RuntimeCore

/// A folder that looks like resctrl as far as files can.
private final class FakeResourceControl {
  let path = FileManager.default.temporaryDirectory.path + "/resctrl-\(UUID())"

  init(info: [String], classes: [String]) throws {
    for name in ["info"] + info.map({ "info/" + $0 }) + classes
      + classes.map({ $0 + "/mon_groups" })
    {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }
    for name in classes {
      for file in ["tasks", "schemata"] { try write("", to: "\(name)/\(file)") }
    }
  }

  func write(_ text: String, to file: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
  }

  func read(_ file: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
  }

  func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(file)") }

  func group(_ config: Spec.Linux.IntelRdt) throws -> IntelRdtGroup {
    try IntelRdtGroup(config, ContainerID("c1"), ResourceControl(path: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct IntelRdtTests {
  @Test func aClassThatIsThereIsJoinedAndStays() throws {
    let fake = try FakeResourceControl(info: ["L3", "MB"], classes: ["gold"])
    let group = try fake.group(
      .init(
        closID: "gold", schemata: ["L2:0=f"], l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=20"))
    #expect(try group.ownPath() == nil)
    try group.create(for: 42)
    #expect(try fake.read("gold/tasks") == "42")
    #expect(try fake.read("gold/schemata") == "L3:0=f\nMB:0=20\nL2:0=f\n")
  }

  @Test func aClassOfTheContainersIsItsOwn() throws {
    let fake = try FakeResourceControl(info: [], classes: [])
    let group = try fake.group(.init())
    let own = try #require(try group.ownPath())
    #expect(own == "\(fake.path)/c1")
    // Only in the kernel's file system has a new folder files.
    #expect(throws: (any Error).self) { try group.create(for: 42) }
    #expect(fake.has("c1"))
    try IntelRdtGroup.remove(own)
    #expect(!fake.has("c1"))
    try IntelRdtGroup.remove(own)
  }

  @Test func onlyTheMonitoringGroupInASharedClassIsTheContainers() throws {
    let fake = try FakeResourceControl(info: ["L3_MON"], classes: ["gold"])
    let group = try fake.group(.init(closID: "gold", enableMonitoring: true))
    #expect(try group.ownPath() == "\(fake.path)/gold/mon_groups/c1")
    let root = try fake.group(.init(closID: "/", enableMonitoring: true))
    #expect(root.path == fake.path && root.monitoringPath == "\(fake.path)/mon_groups/c1")
  }

  @Test func aNamedClassWithoutSchemataHasToBeThere() throws {
    let fake = try FakeResourceControl(info: [], classes: [])
    let group = try fake.group(.init(closID: "gold"))
    #expect(throws: RuntimeError.self) { try group.create(for: 42) }
    #expect(!fake.has("gold"))
  }

  @Test func whatTheProcessorLacksIsNamed() throws {
    let fake = try FakeResourceControl(info: [], classes: ["gold"])
    for (config, field) in [
      (Spec.Linux.IntelRdt(l3CacheSchema: "L3:0=f"), "linux.intelRdt.l3CacheSchema"),
      (.init(memBwSchema: "MB:0=20"), "linux.intelRdt.memBwSchema"),
      (.init(enableMonitoring: true), "linux.intelRdt.enableMonitoring"),
    ] {
      do {
        _ = try fake.group(config)
        Issue.record("\(field) was accepted")
      } catch {
        #expect("\(error)".hasPrefix("\(field) cannot be honoured here"))
      }
    }
  }

  @Test func theKernelsWordsAreTold() throws {
    let fake = try FakeResourceControl(info: [], classes: [])
    try fake.write("mask f out of range\n", to: "info/last_cmd_status")
    let control = ResourceControl(path: fake.path)
    do {
      try control.write("x", to: "\(fake.path)/gone/schemata")
      Issue.record("the write was accepted")
    } catch {
      #expect("\(error)".hasPrefix("mask f out of range: open"))
    }
  }
}
