import LinuxSystem
import SystemPackage

extension OverlayDriver {
  /// Whether layers can be mounted with other owners: by the mount program, or by the kernel where the
  /// file system knows mapped mounts and the store is root's. The answer is kept in the run folder, as
  /// containers/storage does.
  func mapsOwners() -> Bool {
    if mountProgram != nil { return true }
    if isInUserNamespace { return false }
    let feature = "\(runFolder)/idmapped-lower-dir"
    if fileExists(feature + "-true") { return true }
    if fileExists(feature + "-false") { return false }
    let works = (try? tryMappedMount()) != nil
    _ = try? openFile("\(feature)-\(works)", [.writeOnly, .create], mode: 0o644)
    return works
  }

  private func tryMappedMount() throws {
    let temporary = try TemporaryFolder(in: "\(home)/\(temporaryFolderName)")
    let place = temporary.path
    defer { try? temporary.remove() }
    for name in ["lower", "upper", "work", "merged"] {
      try makeDirectory("\(place)/\(name)", mode: 0o700)
    }
    let plan = OverlayMount(
      lowers: ["\(place)/lower"], upper: "\(place)/upper", work: "\(place)/work", options: [])
    let map = [IDMap(containerID: 0, hostID: 1, size: 1)]
    try mountMapped(plan, on: "\(place)/merged", IDMappings(users: map, groups: map))
    try LinuxSystem.unmount("\(place)/merged", [.detach, .noFollow])
  }

  /// Mounts with lower layers whose files are seen with the owners that a user namespace gives them: each
  /// through a mount of its own that the kernel maps (Linux 5.19). New files are written with the ids of
  /// the host that the namespace's stand for.
  ///
  /// overlayfs keeps the mapped mounts itself; ours go at once.
  func mountMapped(_ plan: OverlayMount, on mountPoint: String, _ mappings: IDMappings) throws {
    let namespace = try userNamespace(mappings)
    let place = mountPoint.dropLast("/merged".utf8.count) + "/mapped"
    try makeDirectories(String(place), mode: 0o700)
    var attached: [String] = []
    defer {
      for path in attached.reversed() { try? LinuxSystem.unmount(path, [.detach, .noFollow]) }
      try? removeTree(String(place))
    }
    var mapped = plan
    for (index, lower) in plan.lowers.enumerated() {
      // The links lead into the layers' folders; what is mapped is the folder itself.
      let copy = try cloneMount(lower, recursive: false)
      try copy.lent.changeMount(userNamespace: namespace.lent, subject: lower)
      let path = "\(place)/\(index)"
      try makeDirectory(path, mode: 0o700)
      try copy.lent.attachMount(toPath: path)
      attached.append(path)
      mapped.lowers[index] = path
    }
    try mountPlainly(mapped, on: mountPoint)
  }

  /// A user namespace with these mappings and no process: one is born in it, and goes when it is open.
  private func userNamespace(_ mappings: IDMappings) throws -> SharedDescriptor {
    var options = CloneOptions()
    options.namespaces = [.user]
    var pipe = try Pipe()
    switch try Clone.clone(options) {
    case .child:
      // Until the parent has what it wants, and closes its end.
      pipe.writing = nil
      if let reading = pipe.reading.take() { _ = try? reading.lent.readSome(limit: 1) }
      CurrentProcess.exit(0)
    case .parent(let child):
      pipe.reading = nil
      func text(_ map: [IDMap]) -> String {
        map.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
      }
      let result = Result { () throws -> SharedDescriptor in
        for (name, map) in [("gid_map", mappings.groups), ("uid_map", mappings.users)] {
          let file = try openFile("/proc/\(child.id)/\(name)", [.writeOnly])
          try file.lent.writeAll(text(map), subject: name)
        }
        return SharedDescriptor(try openFile("/proc/\(child.id)/ns/user", [.readOnly]))
      }
      pipe.writing = nil
      _ = try child.wait()
      return try result.get()
    }
  }
}
