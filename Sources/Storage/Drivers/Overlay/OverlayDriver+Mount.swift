import EngineConfig
import LinuxSystem
import SystemPackage

extension OverlayDriver {
  func mount(_ id: String, _ request: MountRequest) throws -> String {
    try makeHomePrivate()
    let folder = folder(id)
    let isElsewhere = !folder.hasPrefix(home + "/")
    // A layer of a read-only store is mounted in a place of our own.
    let mountPoint = isElsewhere ? "\(runFolder)/\(id)/merged" : "\(folder)/merged"
    if !fileExists(mountPoint) { try makeDirectories(mountPoint, mode: 0o700) }
    let isReadOnly = request.isReadOnly || isElsewhere

    // overlayfs refuses a work folder whose last mount was volatile.
    if !isReadOnly { try removeTree("\(folder)/work/work/incompat/volatile") }
    var lowers = try lowerLinks(id).map(linkPath)
    if lowers.isEmpty { lowers = [try emptyFolder(folder, isElsewhere: isElsewhere)] }
    if isReadOnly { lowers.insert("\(folder)/diff", at: 0) }
    let plan = OverlayMount(
      lowers: lowers, upper: isReadOnly ? nil : "\(folder)/diff", work: "\(folder)/work",
      options: mountOptions(request), label: request.label)

    if let mountProgram {
      try plan.mount(with: mountProgram, on: mountPoint, home: home, mappings: request.mappings)
      return mountPoint
    }
    do {
      try mountNatively(plan, on: mountPoint, request)
    } catch let error as SystemError where error.errno == .noSuchFileOrDirectory {
      // Short links get lost with the power.
      try restoreLinks()
      try mountNatively(plan, on: mountPoint, request)
    }
    return mountPoint
  }

  /// What a layer stands on that has nothing below: overlayfs wants two layers at least.
  private func emptyFolder(_ folder: String, isElsewhere: Bool) throws -> String {
    let own = "\(folder)/empty"
    if fileExists(own) { return own }
    let other = isElsewhere ? "\(runFolder)/empty" : own
    try makeDirectories(other, mode: 0o700)
    return other
  }

  private func mountNatively(
    _ plan: OverlayMount, on mountPoint: String, _ request: MountRequest
  ) throws {
    if request.mappings.isEmpty { return try mountPlainly(plan, on: mountPoint) }
    try mountMapped(plan, on: mountPoint, request.mappings)
  }

  /// Mounts; where the kernel does not know `volatile` (before 5.10) or refuses `metacopy`, without
  /// these.
  func mountPlainly(_ plan: OverlayMount, on mountPoint: String) throws {
    do {
      try plan.mount(on: mountPoint, home: home)
    } catch let error as SystemError where error.errno == .invalidArgument {
      var plain = plan
      plain.options.removeAll { ["volatile", "metacopy=on", "index=off"].contains($0) }
      guard plain.options != plan.options else { throw error }
      try plain.mount(on: mountPoint, home: home)
    }
  }

  private func mountOptions(_ request: MountRequest) -> [String] {
    var list = options.overlay.mountOptions
    if isInUserNamespace, mountProgram == nil {
      // A user's mount has attributes of its own only, with which metacopy does not work.
      list.removeAll { $0 == "metacopy=on" || $0 == "redirect_dir=on" }
      list.append("userxattr")
    }
    if request.isVolatile, !options.disablesVolatile, mountProgram == nil {
      list.append("volatile")
    }
    if request.isReadOnly, !list.contains("ro") { list.append("ro") }
    if mountProgram == nil, Self.indexIsOn { list.append("index=off") }
    return list
  }

  /// Whether this kernel keeps an index unless told not to: a layer under two mounts would fail then.
  private static let indexIsOn: Bool =
    (try? readFile("/sys/module/overlay/parameters/index", limit: 16))?.first == UInt8(ascii: "Y")

  /// Mounts the driver's folder on itself, so that the mounts in it are no one else's: a mount that
  /// other namespaces have copies of keeps a layer's folder busy. containers/storage does so too, and
  /// would hide mounts that were made before.
  private func makeHomePrivate() throws {
    guard !options.overlay.skipsMountOfHome, !isInUserNamespace else { return }
    let folder = try openFile(home, [.path, .directory])
    if try folder.lent.status(subject: home).isMountRoot { return }
    try LinuxSystem.mount(home, on: home, .bind)
    try LinuxSystem.mount("none", on: home, .isPrivate)
  }

  func isMounted(_ id: String, at path: String) -> Bool {
    guard let folder = try? openFile(path, [.path, .directory]) else { return false }
    return (try? folder.lent.status(subject: path).isMountRoot) ?? false
  }

  func unmount(_ id: String, at path: String) throws {
    if mountProgram != nil {
      for program in ["fusermount3", "fusermount"] {
        if (try? runProgram(program, ["-u", path], in: "/")) != nil { return }
      }
    }
    do throws(SystemError) {
      try LinuxSystem.unmount(path, [.detach, .noFollow])
    } catch {
      switch error.errno {
      // It is not mounted, or not even there.
      case .invalidArgument, .noSuchFileOrDirectory: break
      default: throw error
      }
    }
    if path.hasPrefix(runFolder + "/") { try removeTree("\(runFolder)/\(id)") }
  }
}
