import LinuxSystem
import SystemPackage

// What the container finds in /dev.
extension MountedRoot {
  /// Makes the device nodes, and the links that programs expect (config-linux.md).
  func makeDevices(_ devices: [PlannedDevice]) throws {
    let dev = try root.makeDirectories("/dev", mode: 0o755)
    guard dev.path == "/dev" else {
      throw RuntimeError.invalid(field: "/dev", reason: "it is a link in the root file system")
    }
    for device in devices {
      try step(device.path) {
        let name = device.path.dropFirst("/dev/".count)
        if device.path.hasPrefix("/dev/"), !name.isEmpty, name != "..", !name.holdsSlash {
          try make(device, String(name), in: dev)
        } else {
          let parent = try root.makeParent(of: device.path, mode: 0o755)
          try make(device, parent.name, in: parent.directory)
        }
      }
    }
    try makeLinks(dev.lent)
  }

  private func make(
    _ device: PlannedDevice, _ name: String, in directory: borrowing ResolvedPath
  ) throws {
    guard !plan.inUserNamespace || device.kind == .fifo else {
      return try bindFromHost(device, name, in: directory)
    }
    do throws(SystemError) {
      try directory.lent.makeNode(name, device.kind, device.number, mode: device.mode)
    } catch where error.errno == .fileExists {
      // An image may bring the node along; that it is the right one is checked below.
    } catch where error.errno == .notPermitted {
      return try bindFromHost(device, name, in: directory)
    } catch {
      throw error
    }
    var status = try directory.lent.status(of: name)
    try device.check(status)
    guard status.uid != device.uid || status.gid != device.gid else { return }
    let node = try directory.entry(name)
    status = try node.lent.status(subject: device.path)
    try device.check(status)
    try node.lent.changeOwner(uid: device.uid, gid: device.gid, subject: device.path)
  }

  /// Where no node can be made, the host's own stands in.
  private func bindFromHost(
    _ device: PlannedDevice, _ name: String, in directory: borrowing ResolvedPath
  ) throws {
    let source = try hostNode(device)
    let target = try directory.makeFile(name, mode: 0)
    _ = try bind(source.lent, to: target)
  }

  /// The node on the host: of the same name, or else of the same number as udev(7) has it.
  private func hostNode(_ device: PlannedDevice) throws -> OwnedDescriptor {
    let directory = device.kind == .block ? "block" : "char"
    let byNumber = "/dev/\(directory)/\(device.number.major):\(device.number.minor)"
    for path in [device.path, byNumber] {
      guard let node = try? openFile(path, [.path]) else { continue }
      if (try? device.check(node.lent.status())) != nil { return node }
    }
    throw RuntimeError.unsupported(
      field: device.path,
      reason: "no node can be made here, and the host has none of this number at this path")
  }

  private func makeLinks(_ dev: FileDescriptor) throws {
    var links = [
      ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
      ("stderr", "/proc/self/fd/2"),
    ]
    if procfs.directory.contains("kcore") { links.append(("core", "/proc/kcore")) }
    for (name, target) in links {
      do {
        try dev.makeLink(name, to: target)
      } catch where error.errno == .fileExists {
      } catch {
        throw error
      }
    }
    // A node of that name would be the host's multiplexer: it gives way.
    do {
      try dev.makeLink("ptmx", to: "pts/ptmx")
    } catch where error.errno == .fileExists {
      try dev.removeFile("ptmx")
      try dev.makeLink("ptmx", to: "pts/ptmx")
    } catch {
      throw error
    }
  }

  /// Standard streams that are the host's /dev/null become the container's.
  func replaceHostNull() throws {
    for number in 0...2 {
      let stream = FileDescriptor(rawValue: CInt(number))
      guard let status = try? stream.status(), status.isNull else { continue }
      let null = try root.lent.openWithoutLinks("dev/null", [.readWrite])
      guard try null.lent.status(subject: "/dev/null").isNull else {
        throw RuntimeError.falseNull
      }
      try null.lent.install(as: stream.rawValue)
    }
  }
}

extension PlannedDevice {
  /// Makes sure that a node is this device, and nothing else of the same name.
  func check(_ status: FileStatus) throws {
    guard status.kind == kind, kind == .fifo || status.device == number else {
      throw RuntimeError.invalid(
        field: path, reason: "what is there in the root file system is another file")
    }
  }
}

extension FileStatus {
  /// Whether it is the node of /dev/null, whatever its name.
  var isNull: Bool { kind == .character && device == .null }
}

extension RuntimeError {
  static let falseNull = RuntimeError.invalid(
    field: "/dev/null", reason: "the container's is not the device of that name")
}
