import EngineConfig
import LinuxSystem

extension Store {
  /// Removes every container, image and layer of this store, whoever made them, and the store's own files.
  /// What else stands in its folders stays. The store cannot be used any more afterwards.
  public func removeEverything() throws {
    for container in try containers().items { try deleteContainer(container.id) }
    for image in try images().items where !image.isReadOnly { try deleteImage(image.id) }
    // The driver's folder is mounted on itself.
    while driver.isMounted("", at: driver.home), driver is OverlayDriver {
      try LinuxSystem.unmount(driver.home, [.detach, .noFollow])
    }
    let name = driver.name
    let own = [name, "\(name)-containers", "\(name)-images", "\(name)-layers", "\(name)-locks"]
    for root in [options.graphRoot, options.runRoot] {
      for folder in own { try removeTree("\(root)/\(folder)") }
    }
    for file in ["storage.lock", "userns.lock", "mounts", "tmp"] {
      try removeTree("\(options.graphRoot)/\(file)")
    }
  }
}
