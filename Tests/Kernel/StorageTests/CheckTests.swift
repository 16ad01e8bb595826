import LinuxSystem
import SystemPackage
import Testing

@testable import Storage

@Suite(.serialized, .enabled(if: isRoot, "needs root"))
struct CheckTests {
  /// A store with two images that share their lowest layer, and a container on the first.
  private func makeStore() throws -> (test: TestStore, store: Store, images: [String]) {
    let test = try TestStore(in: "/dev/shm")
    let (lines, status) = try test.probe([
      "make-image", "localhost/one:1", "first", "second", "then", "make-image",
      "localhost/two:1", "first", "third", "then", "create", "localhost/one:1", "box",
    ])
    #expect(status == .exited(0))
    return (test, try test.open(), Array(lines.prefix(2)))
  }

  @Test func aSoundStoreHasNoFindings() throws {
    let (test, store, _) = try makeStore()
    defer { withExtendedLifetime(test) {} }
    // The probe's layers have no true tar-split data.
    #expect(try store.check(verifiesContents: false) == [])
  }

  @Test func whatIsMissingIsFoundAndRepaired() throws {
    let (test, store, images) = try makeStore()
    defer { withExtendedLifetime(test) {} }
    let top = try #require(try store.image(images[1])?.topLayer)
    try removeTree("\(test.root)/overlay/\(top)")
    let found = try store.check(verifiesContents: false)
    #expect(
      found == [
        StoreFinding(object: .layer(top), problem: .filesMissing),
        StoreFinding(object: .image(images[1]), problem: .layerDamaged(top)),
      ])
    let repair = try store.repair(found, removesContainers: false)
    #expect(repair.images == [images[1]])
    #expect(repair.layers == [top])
    #expect(try store.check(verifiesContents: false) == [])
    #expect(try store.images().items.map(\.id) == [images[0]])
    #expect(try store.containers().items.count == 1)
  }

  @Test func aDamagedImageStaysAsLongAsAContainerNeedsIt() throws {
    let (test, store, images) = try makeStore()
    defer { withExtendedLifetime(test) {} }
    try removeTree("\(store.imageRecords.folder)/\(images[0])/manifest")
    let found = try store.check(verifiesContents: false)
    #expect(found == [StoreFinding(object: .image(images[0]), problem: .dataMissing("manifest"))])
    #expect(try store.repair(found, removesContainers: false) == StoreRepair())
    let repair = try store.repair(found, removesContainers: true)
    #expect(repair.images == [images[0]] && repair.containers.count == 1)
    #expect(try store.check(verifiesContents: false) == [])
  }

  @Test func whatBelongsToNobodyIsFoundAndRemoved() throws {
    let (test, store, _) = try makeStore()
    defer { withExtendedLifetime(test) {} }
    let id = String(repeating: "d", count: 64)
    let places = [
      "\(test.root)/overlay/\(id)", "\(store.imageRecords.folder)/\(id)",
      "\(store.containerRecords.folder)/\(id)",
    ]
    for place in places { try makeDirectory(place, mode: 0o700) }
    let found = try store.check(verifiesContents: false)
    #expect(found.map(\.object) == places.map { .path($0) })
    #expect(try store.repair(found, removesContainers: false).paths == places)
    #expect(try store.check(verifiesContents: false) == [])
    #expect(try test.strays() == [])
  }

  @Test func layersThatNothingNeedsAreFoundOnceTheyAreOld() throws {
    let (test, store, images) = try makeStore()
    defer { withExtendedLifetime(test) {} }
    let staged = try store.stageLayer()
    let id = String(repeating: "e", count: 64)
    try store.commit([LayerCommit(staged: staged, id: id, parent: nil, contents: nil)])
    #expect(try store.check(verifiesContents: false) == [])
    let found = try store.check(verifiesContents: false, unneededAfter: 0)
    #expect(found == [StoreFinding(object: .layer(id), problem: .unneeded)])
    #expect(try store.repair(found, removesContainers: false).layers == [id])
    #expect(try store.images().items.count == images.count)
  }

  @Test func recordsThatCannotBeReadAreTakenAway() throws {
    let (test, store, images) = try makeStore()
    defer { withExtendedLifetime(test) {} }
    let path = "\(store.imageRecords.folder)/images.json"
    let text = try readFile(path, limit: 1 << 20)
    let folder = try openFile(store.imageRecords.folder, [.readOnly, .directory])
    // As after a loss of power on a file system that promises little.
    let damaged = text.dropLast() + Array(",{\"id\":7},{\"id\":\"".utf8)
    try folder.lent.replaceFile("images.json", contents: Array(damaged), mode: 0o600)
    #expect(try store.images().items.count == 2)
    let found = try store.check(verifiesContents: false)
    #expect(found.count == 2)
    _ = try store.repair(found, removesContainers: false)
    #expect(try store.check(verifiesContents: false) == [])
    #expect(try store.images().items.map(\.id) == images)
    #expect(fileExists(path + ".damaged"))
  }
}
