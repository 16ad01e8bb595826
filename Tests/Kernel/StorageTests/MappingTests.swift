import LinuxSystem
import SystemPackage
import Testing

@testable import Storage

@Suite(.serialized, .enabled(if: isRoot, "needs root"))
struct MappingTests {
  /// - Parameter mapsMounts: false for a kernel that cannot: what the run folder remembers is believed.
  @Test(arguments: [("overlay", true), ("overlay", false), ("vfs", true)])
  func filesHaveTheOwnersThatAUserNamespaceGivesThem(_ driver: String, _ mapsMounts: Bool) throws {
    let test = try TestStore(driver: driver)
    defer { withExtendedLifetime(test) {} }
    let store = try test.open()
    if !mapsMounts {
      let run = try openFile("\(test.run)/overlay", [.readOnly, .directory])
      try run.lent.replaceFile("idmapped-lower-dir-false", contents: [], mode: 0o644)
    }
    // In a process of its own: the namespace comes from a fork.
    let (lines, status) = try test.probe([
      "make-image", "localhost/one:1", "first", "second", "then", "create-mapped",
      "localhost/one:1", "box", "100000", "then", "create-mapped", "localhost/one:1", "other",
      "100000", "then", "mount", "box", "then", "mount", "other",
    ])
    #expect(status == .exited(0))
    for path in lines.suffix(2) {
      let root = try openFile(path, [.readOnly, .directory])
      #expect(try root.lent.status().uid == 100_000)
      for name in ["first", "second"] {
        let file = try root.lent.status(of: name)
        #expect(file.uid == 100_000 && file.gid == 100_000)
      }
    }
    // A copy is made once for all containers of the namespace.
    let image = try #require(try store.image("localhost/one:1"))
    #expect(image.mappedTopLayers.count == (driver == "overlay" && !mapsMounts ? 1 : 0))
    for name in ["box", "other"] {
      try store.deleteContainer(try #require(try store.container(name)).id)
    }
    #expect(try store.check(verifiesContents: false) == [])
    try store.deleteImage(image.id)
    #expect(try test.strays() == [])
  }

  @Test func anOwnerThatTheNamespaceDoesNotHaveIsAnError() throws {
    let test = try TestStore(driver: "vfs")
    defer { withExtendedLifetime(test) {} }
    let (lines, _) = try test.probe(["make-image", "localhost/one:1", "first"])
    let image = try #require(lines.first)
    let store = try test.open()
    let one = [IDMap(containerID: 1, hostID: 100_000, size: 10)]
    #expect(throws: StorageError.self) {
      try store.createContainer(
        ContainerOptions(image: image, mappings: IDMappings(users: one, groups: one)))
    }
    #expect(try store.containers().items.isEmpty)
    _ = try test.probe(["make-image", "localhost/two:1", "second"])
    #expect(try test.strays() == [])
  }
}
