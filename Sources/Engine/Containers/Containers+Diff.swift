public import Archive
import LinuxSystem
import Storage
import SystemPackage

extension Containers {
  /// What a container changed of its image, or an image of the layer below; or what lies between two of
  /// them.
  ///
  /// What every start of a container makes (`/etc/hosts`, `/proc`…) is left out.
  ///
  /// - Parameters:
  ///   - name: a container, or else an image.
  ///   - other: what it is compared with; nil for what it was made of.
  ///   - kinds: what `name` and `other` may be.
  public func changes(
    of name: String, from other: String? = nil, _ kinds: Set<ObjectKind> = [.container, .image]
  ) throws -> [LayerChange] {
    let store = try engine.store
    let object = try comparable(name, kinds)
    var changes: [LayerChange]
    if let other {
      changes = try between(try comparable(other, kinds), object)
    } else {
      guard let layer = object.layer else { return [] }
      changes = try Self.changes(ofLayer: layer, in: store)
    }
    let made = object.madeAtStart
    changes.removeAll { made.contains($0.pathText) }
    return changes
  }

  /// Something with files of its own: a container or an image.
  private struct Comparable {
    var container: String?
    var image: String?
    var layer: String?
    var madeAtStart: Set<String> = []
  }

  private func comparable(_ name: String, _ kinds: Set<ObjectKind>) throws -> Comparable {
    if kinds.contains(.container) {
      do {
        let found = try find(name)
        guard let stored = try engine.store.container(found.id) else {
          throw EngineError.unsupported(
            "a comparison of \(name)", reason: "its files are a folder of the host")
        }
        return Comparable(
          container: found.id, layer: stored.layer, madeAtStart: Self.madeAtStart(found.record))
      } catch EngineError.noSuch where kinds.contains(.image) {}
    }
    let image = try engine.images.find(name).image
    return Comparable(image: image.id, layer: image.topLayer, madeAtStart: Self.placesOfEngines)
  }

  /// What engines make in a container that they start: it may have got into images too.
  private static let placesOfEngines: Set = [
    "/dev", "/etc/hostname", "/etc/hosts", "/etc/mtab", "/etc/resolv.conf", "/proc", "/run",
    "/run/.containerenv", "/run/notify", "/run/podman-init", "/run/secrets", "/sys",
  ]

  /// Places that are not the container's doing.
  private static func madeAtStart(_ record: ContainerRecord) -> Set<String> {
    placesOfEngines.union(["/dev/console", "/dev/pts", "/dev/shm"])
      .union(record.mounts.map(\.destination))
  }

  static func changes(ofLayer id: String, in store: Store) throws -> [LayerChange] {
    switch try store.files(ofLayer: id) {
    case .changes(let folder, let below):
      let upper = try openFile(folder, [.readOnly, .directory])
      let lower = try below.map {
        SharedDescriptor(try openFile($0, [.readOnly, .directory]))
      }
      return try withExtendedLifetime(lower) {
        try LayerChange.overlay(
          upper: upper.lent, over: lower.map(\.lent), store.overlayAttributes)
      }
    case .whole(let folder, let parent):
      let new = try openFile(folder, [.readOnly, .directory])
      guard let parent else { return try changesFromNothing(new.lent) }
      let old = try openFile(parent, [.readOnly, .directory])
      return try LayerChange.between(old.lent, new.lent)
    }
  }

  /// Everything is new.
  private static func changesFromNothing(_ folder: FileDescriptor) throws -> [LayerChange] {
    try LayerChange.overlay(upper: folder, over: [], .user)
  }

  private func between(_ old: Comparable, _ new: Comparable) throws -> [LayerChange] {
    var undo = Undo()
    do {
      let oldRoot = try mountedRoot(old, &undo)
      let newRoot = try mountedRoot(new, &undo)
      let changes = try LayerChange.between(oldRoot.lent, newRoot.lent)
      try undo.all()
      return changes
    } catch {
      throw undo.all(after: error)
    }
  }

  private func mountedRoot(_ object: Comparable, _ undo: inout Undo) throws -> SharedDescriptor {
    let store = try engine.store
    let path: String
    if let id = object.container {
      path = try store.mount(container: id)
      undo.add { try store.unmount(container: id) }
    } else {
      let id = object.image ?? ""
      path = try store.mount(image: id)
      undo.add { try store.unmount(image: id) }
    }
    return SharedDescriptor(try openFile(path, [.readOnly, .directory]))
  }
}

extension Store {
  /// The class of overlayfs's attributes in this store's layers.
  var overlayAttributes: UnpackOptions.OverlayAttributes {
    if case .overlay(isUserNamespace: true) = whiteoutFormat { return .user }
    return .trusted
  }
}
