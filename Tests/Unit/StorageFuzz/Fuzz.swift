// The entry of libFuzzer: see Scripts/fuzz. The records of a store are written by other engines too.
import EngineConfig
import LinuxSystem
import Storage
import SystemPackage

/// The first byte chooses which file of the store the others are.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  guard size > 0 else { return 0 }
  let files = [
    "vfs-images/images.json", "vfs-layers/layers.json", "vfs-containers/containers.json",
    "vfs-layers/volatile-layers.json", "vfs-layers/.unfinished", "vfs-images/.unfinished",
  ]
  do {
    let root = try place.get()
    let name = files[Int(data[0]) % files.count]
    let path = "\(root)/root/\(name)"
    let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o600)
    try file.lent.writeAll(Array(UnsafeBufferPointer(start: data, count: size).dropFirst()))
    defer { try? removeFileIfPresent(path) }
    try use(try Store.open(options(root)))
  } catch {
    // An error is what bad input is to give.
  }
  return 0
}

/// Everything that reads records, and what puts a store right.
private func use(_ store: Store) throws {
  for image in (try? store.images().items) ?? [] {
    _ = try? store.image(image.names.first ?? image.id)
    if let top = image.topLayer { _ = try? store.chain(ofLayer: top) }
    for item in image.data { _ = try? store.data(item.name, ofImage: image.id) }
  }
  for layer in (try? store.layers().items) ?? [] { _ = try? store.files(ofLayer: layer.id) }
  for container in (try? store.containers().items) ?? [] { _ = try? store.container(container.id) }
  let findings = try store.check(verifiesContents: false)
  _ = try? store.repair(findings, removesContainers: true)
}

private func options(_ root: String) -> StoreOptions {
  var options = StoreOptions(graphRoot: "\(root)/root", runRoot: "\(root)/run")
  options.driver = "vfs"
  return options
}

/// A folder of this process.
private let place = Result { () throws -> String in
  let root = "/dev/shm/podman-fuzz-\(CurrentProcess.id)"
  try makeDirectories(root, mode: 0o700)
  _ = try Store.open(options(root))
  return root
}
