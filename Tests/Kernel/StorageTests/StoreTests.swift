import EngineConfig
import LinuxSystem
import SystemPackage
import Testing

@testable import Storage

@Suite(.serialized, .enabled(if: isRoot, "needs root"))
struct StoreTests {
  private func makeImage(_ store: TestStore, _ name: String = "localhost/one:latest") throws
    -> String
  {
    let (lines, status) = try store.probe(["make-image", name, "first", "second"])
    #expect(status == .exited(0))
    return try #require(lines.first)
  }

  @Test(arguments: ["overlay", "vfs"])
  func aContainerSeesItsImageAndWritesForItselfAlone(_ driver: String) throws {
    let test = try TestStore(driver: driver)
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    let store = try test.open()
    let container = try store.createContainer(ContainerOptions(names: ["box"], image: image))
    let path = try store.mount(container: container.id)
    #expect(try readFile("\(path)/second", limit: 100) == Array("second".utf8))
    let folder = try openFile(path, [.readOnly, .directory])
    try folder.lent.replaceFile("first", contents: [1, 2, 3], mode: 0o644)
    #expect(try store.mount(container: container.id) == path)
    #expect(try store.mountedContainers() == [container.id: path])
    #expect(try store.unmount(container: container.id))
    #expect(try !store.unmount(container: container.id))
    #expect(throws: StorageError.notMounted(container.layer)) {
      try store.unmount(container: container.id)
    }
    #expect(fileExists(store.userdataFolder(ofContainer: container.id)))
    #expect(fileExists(store.runtimeFolder(ofContainer: container.id)))

    let other = try store.createContainer(ContainerOptions(image: image))
    let otherPath = try store.mount(container: other.id)
    #expect(try readFile("\(otherPath)/first", limit: 100) == Array("first".utf8))
    #expect(try Set(store.containers(ofImage: image)) == [container.id, other.id])

    for id in [container.id, other.id] { try store.deleteContainer(id) }
    #expect(try store.containers().items.isEmpty)
    #expect(!fileExists(store.userdataFolder(ofContainer: container.id)))
    #expect(try store.deleteImage(image).count == 2)
    #expect(try test.strays() == [])
  }

  @Test func namesAndIDsHaveOneOwner() throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    let store = try test.open()
    let box = try store.createContainer(ContainerOptions(names: ["box"], image: image))
    #expect(throws: StorageError.nameInUse("box", by: box.id)) {
      try store.createContainer(ContainerOptions(names: ["box"], image: image))
    }
    #expect(throws: StorageError.idInUse(box.id)) {
      try store.createContainer(ContainerOptions(id: box.id, image: image))
    }
    #expect(throws: StorageError.imageInUse(image, containers: [box.id])) {
      try store.deleteImage(image)
    }
    let second = try store.createContainer(ContainerOptions(names: ["other"], image: image))
    #expect(throws: StorageError.nameInUse("other", by: second.id)) {
      try store.setNames(["other"], ofContainer: box.id)
    }
    try store.setNames(["renamed"], ofContainer: box.id)
    #expect(try store.container("renamed")?.id == box.id)
    #expect(try store.container(String(box.id.prefix(12)))?.names == ["renamed"])
    #expect(try store.container("box") == nil)
    #expect(try test.strays() == [])
  }

  @Test(arguments: ["../x", "/", "a\u{0}b", String(repeating: "a", count: 300), ""])
  func anIDThatIsNoneReachesNoFile(_ id: String) throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    let store = try test.open()
    #expect(throws: StorageError.invalidID(id)) {
      try store.createContainer(ContainerOptions(id: id, image: image))
    }
    #expect(throws: StorageError.invalidID(id)) { try store.deleteImage(id) }
    #expect(throws: StorageError.invalidID(id)) { try store.deleteContainer(id) }
    #expect(throws: StorageError.invalidID(id)) { try store.stageLayer(parent: id) }
    let staged = try store.stageLayer()
    #expect(throws: StorageError.invalidID(id)) {
      try store.commit([LayerCommit(staged: staged, id: id, parent: nil, contents: nil)])
    }
    store.discard(staged)
    #expect(try store.image(id) == nil)
  }

  @Test func aTagMovesFromOneImageToAnother() throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    let first = try makeImage(test)
    let store = try test.open()
    let (lines, _) = try test.probe(["make-image", "localhost/two:latest", "third"])
    let second = try #require(lines.first)
    try store.addNames(["localhost/one:latest"], toImage: second)
    #expect(try store.image(first)?.names == [])
    #expect(try store.image(first)?.nameHistory == ["localhost/one:latest"])
    #expect(try store.image("localhost/one:latest")?.id == second)
    try store.removeNames(["localhost/two:latest"], fromImage: second)
    #expect(try store.image(second)?.names == ["localhost/one:latest"])
  }

  @Test func oneDamagedRecordDoesNotHideTheOthers() throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    let store = try test.open()
    let path = "\(store.imageRecords.folder)/images.json"
    let text = String(decoding: try readFile(path, limit: 1 << 20), as: UTF8.self)
    let broken = String(repeating: "b", count: 64)
    let folder = try openFile(store.imageRecords.folder, [.readOnly, .directory])
    let damaged = text.dropLast() + ",{\"id\":\"\(broken)\",\"names\":7},{\"id\":\"../x\"},{]"
    try folder.lent.replaceFile("images.json", contents: Array(damaged.utf8), mode: 0o600)
    let listing = try store.images()
    #expect(listing.items.map(\.id) == [image])
    #expect(listing.damaged.map(\.id) == [broken, nil, nil, nil])
    // What is not understood is not written over.
    #expect(throws: StorageError.self) { try store.addNames(["x"], toImage: image) }
    #expect(throws: StorageError.self) { try store.image(broken) }
  }

  @Test func aLayerWithoutItsFilesMakesOnlyItsImageAnError() throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    let store = try test.open()
    let top = try #require(try store.image(image)?.topLayer)
    try removeTree("\(test.root)/overlay/\(top)")
    #expect(try store.images().items.count == 1)
    #expect(try store.wholeLayer(top) == nil)
    #expect(throws: StorageError.self) { try store.createContainer(ContainerOptions(image: image)) }
    // Whoever pulls it again mends it.
    _ = try makeImage(test)
    #expect(try store.wholeLayer(top) != nil)
    #expect(try store.createContainer(ContainerOptions(image: image)).image == image)
  }

  @Test func aTransientStoreForgetsItsContainersWithTheRunFolder() throws {
    let test = try TestStore(in: "/dev/shm")
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    var options = test.options
    options.isTransient = true
    let store = try Store.open(options)
    let box = try store.createContainer(ContainerOptions(names: ["box"], image: image))
    _ = try store.mount(container: box.id)
    try store.unmount(container: box.id)
    #expect(try Store.open(options).container("box")?.isVolatile == true)
    try removeTree(test.run)
    let reopened = try Store.open(options)
    #expect(try reopened.containers().items.isEmpty)
    #expect(try reopened.images().items.count == 1)
    // What the container left on the disk is found.
    let found = try reopened.check(verifiesContents: false)
    #expect(found.count == 2)
    _ = try reopened.repair(found, removesContainers: false)
    #expect(try reopened.check(verifiesContents: false) == [])
  }

  @Test(.enabled(if: fileExists("/dev/fuse"), "there is no /dev/fuse"))
  func aProgramMountsInTheKernelsPlace() throws {
    let test = try TestStore(driver: "overlay=/usr/bin/fuse-overlayfs")
    defer { withExtendedLifetime(test) {} }
    guard fileExists("/usr/bin/fuse-overlayfs") else { return }
    let (lines, status) = try test.probe([
      "make-image", "localhost/one:1", "first", "second", "then", "create", "localhost/one:1",
      "box", "then", "mount", "box",
    ])
    #expect(status == .exited(0))
    let path = try #require(lines.last)
    #expect(fileExists("\(path)/first"))
    try removeFile("\(path)/first")
    let table = try MountTable.current()
    #expect(table.contains { $0.path == path && $0.type.hasPrefix("fuse") })
    let (answers, _) = try test.probe(["unmount", "box", "then", "delete", "box"])
    #expect(answers == ["false"])
    #expect(try !MountTable.current().contains { $0.path == path })
  }

  /// An engine that was killed leaves a mount below the folder, and a removal that was killed the folder.
  @Test func whatIsStillMountedInAContainersFolderGoesWithIt() throws {
    let test = try TestStore(in: "/dev/shm")
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    let store = try test.open()
    let box = try store.createContainer(ContainerOptions(image: image))
    let folder = store.runtimeFolder(ofContainer: box.id)
    for hasRecord in [true, false] {
      try makeDirectories("\(folder)/shm", mode: 0o700)
      try mount("tmpfs", on: "\(folder)/shm", type: "tmpfs", [])
      if hasRecord {
        try store.deleteContainer(box.id)
      } else {
        #expect(throws: StorageError.noSuchContainer(box.id)) { try store.deleteContainer(box.id) }
      }
      #expect(!fileExists(folder))
    }
    #expect(try test.strays() == [])
  }

  @Test func lostShortLinksAreMadeAnew() throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    let store = try test.open()
    let box = try store.createContainer(ContainerOptions(image: image))
    try removeTree("\(test.root)/overlay/l")
    let path = try store.mount(container: box.id)
    #expect(fileExists("\(path)/first"))
    try store.unmount(container: box.id)
  }

  @Test func aReadOnlyStoreLendsItsImages() throws {
    let lender = try TestStore()
    let image = try makeImage(lender)
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    var options = test.options
    options.additionalImageStores = [lender.root]
    let store = try Store.open(options)
    #expect(try store.image("localhost/one:latest")?.isReadOnly == true)
    #expect(try store.images().items.map(\.id) == [image])
    let box = try store.createContainer(ContainerOptions(image: image))
    let path = try store.mount(container: box.id)
    #expect(fileExists("\(path)/first"))
    try store.deleteContainer(box.id)
    #expect(throws: StorageError.readOnly(image)) { try store.deleteImage(image) }
    let place = try store.mount(image: image)
    #expect(fileExists("\(place)/first"))
    try store.unmount(image: image)
  }

  /// `imagestore`: images are made, named and removed there, containers stand in graphroot.
  @Test func imagesHaveAPlaceOfTheirOwn() throws {
    let images = try TestStore()
    let test = try TestStore()
    defer { withExtendedLifetime((images, test)) {} }
    var options = test.options
    options.imageStore = images.root
    let store = try Store.open(options)
    let layer = Store.layerID(
      parent: nil, diffDigest: "sha256:" + String(repeating: "1", count: 64))
    let staged = try store.stageLayer()
    #expect(staged.folder.hasPrefix(images.root))
    try makeDirectory("\(staged.folder)/first", mode: 0o755)
    try store.commit([LayerCommit(staged: staged, id: layer, parent: nil, contents: nil)])
    let id = String(repeating: "2", count: 64)
    try store.createImage(
      NewImage(
        id: id, names: ["localhost/one:1"], digest: nil, topLayer: layer,
        data: [("manifest", Array("{}".utf8))]))
    try store.addNames(["localhost/two:2"], toImage: id)
    #expect(fileExists("\(images.root)/overlay/\(layer)/diff/first"))
    #expect(!fileExists("\(test.root)/overlay/\(layer)"))
    let found = try #require(try Store.open(options).image("localhost/two:2"))
    #expect(found.id == id && !found.isReadOnly)

    let box = try store.createContainer(ContainerOptions(image: id))
    #expect(fileExists("\(test.root)/overlay/\(box.layer)/diff"))
    let path = try store.mount(container: box.id)
    #expect(fileExists("\(path)/first"))
    #expect(throws: StorageError.self) { try store.deleteImage(id) }
    try store.unmount(container: box.id)
    try store.deleteContainer(box.id)
    #expect(try store.deleteImage(id) == [layer])
    #expect(!fileExists("\(images.root)/overlay/\(layer)"))
    #expect(try store.images().items.isEmpty)
  }

  @Test func anImageIsMountedForReading() throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    let image = try makeImage(test)
    let store = try test.open()
    let path = try store.mount(image: image)
    #expect(try store.mountedImages() == [image: path])
    #expect(fileExists("\(path)/first"))
    #expect(throws: SystemError.self) { try makeDirectory("\(path)/x", mode: 0o755) }
    #expect(try !store.unmount(image: image))
    #expect(try store.mountedImages().isEmpty)
  }

  @Test(arguments: [3, 60, 200])
  func manyLayersFitIntoOneMount(_ count: Int) throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    let layers = (0..<count).map { "layer\($0)" }
    #expect(try test.probe(["make-image", "localhost/deep:latest"] + layers).status == .exited(0))
    #expect(try test.probe(["create", "localhost/deep:latest", "box"]).status == .exited(0))
    // In a process of its own: a long list of layers needs another current folder.
    let (lines, status) = try test.probe(["mount", "box"])
    #expect(status == .exited(0))
    let path = try #require(lines.first)
    #expect(fileExists("\(path)/layer0") && fileExists("\(path)/layer\(count - 1)"))
  }

  @Test func twoProcessesChangeOneStoreAtOnce() throws {
    let test = try TestStore()
    defer { withExtendedLifetime(test) {} }
    _ = try makeImage(test)
    let rounds = try test.probe(["both", "localhost/one:latest", "20"])
    #expect(rounds.status == .exited(0))
    #expect(try test.strays() == [])
  }

  @Test(arguments: ["devicemapper", "btrfs", "zfs", "aufs", "nonsense"])
  func aDriverThatThereIsNotIsAnError(_ driver: String) throws {
    let test = try TestStore(driver: driver)
    defer { withExtendedLifetime(test) {} }
    #expect(throws: StorageError.unsupportedDriver(driver)) { try test.open() }
  }

  @Test func theDriverIsThatOfTheFiles() throws {
    let test = try TestStore(driver: "vfs")
    defer { withExtendedLifetime(test) {} }
    _ = try makeImage(test)
    var options = test.options
    options.driver = nil
    #expect(try Store.open(options).driverName == "vfs")
    options.driver = "overlay2"
    #expect(try Store.open(options).driverName == "overlay")
  }
}
