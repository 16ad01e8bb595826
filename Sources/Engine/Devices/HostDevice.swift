public import LinuxSystem
public import RuntimeSpec

/// A device of the host that a container gets.
public struct HostDevice: Equatable, Sendable {
  public var hostPath: String
  public var path: String
  public var kind: Spec.Linux.Device.Kind
  public var number: DeviceNumber
  /// The permission bits and the owner on the host.
  public var mode: UInt32
  public var uid: UInt32
  public var gid: UInt32
  /// `r`, `w` and `m`.
  public var access: String

  /// A device by its numbers, which root has.
  init(hostPath: String, path: String, kind: Spec.Linux.Device.Kind, number: DeviceNumber) {
    self.hostPath = hostPath
    self.path = path
    self.kind = kind
    self.number = number
    mode = 0o666
    uid = 0
    gid = 0
    access = "rwm"
  }

  /// Reads `--device`: `HOST[:CONTAINER][:PERMISSIONS]`; a folder stands for all devices in it.
  static func find(_ text: String) throws -> [HostDevice] {
    func wrong(_ reason: String) -> EngineError {
      .invalid(option: "--device", value: text, reason: reason)
    }
    var parts = text.split(separator: ":").map(String.init)
    guard let hostPath = parts.first, hostPath.hasPrefix("/"), parts.count <= 3 else {
      throw wrong("it has to be HOST[:CONTAINER][:PERMISSIONS]")
    }
    var access = "rwm"
    if parts.count > 1, let last = parts.last, isAccess(last) {
      access = last
      parts.removeLast()
    } else if parts.count == 3 {
      throw wrong("the permissions have to be of r, w and m")
    }
    let path = parts.count > 1 ? parts[1] : hostPath
    guard path.hasPrefix("/") else { throw wrong("the path in the container has to be absolute") }
    let opened: OwnedDescriptor
    do {
      opened = try openFile(hostPath, [.path])
    } catch {
      throw wrong("\(error)")
    }
    let status = try opened.lent.status(subject: hostPath)
    if status.kind == .directory {
      let folder = try openFile(hostPath, [.readOnly, .directory])
      var found: [HostDevice] = []
      for name in try folder.lent.entryNames().sorted() {
        if let status = try? folder.lent.status(of: name),
          let device = HostDevice(
            "\(hostPath)/\(name)", "\(path)/\(name)", status, access)
        {
          found.append(device)
        }
      }
      guard !found.isEmpty else { throw wrong("there is no device in that folder") }
      return found
    }
    guard let device = HostDevice(hostPath, path, status, access) else {
      throw wrong("it is no device")
    }
    return [device]
  }

  private static func isAccess(_ text: String) -> Bool {
    !text.isEmpty && text.count <= 3 && text.allSatisfy { "rwm".contains($0) }
      && Set(text).count == text.count
  }

  /// Nil for what is no device node.
  init?(_ hostPath: String, _ path: String, _ status: FileStatus, _ access: String) {
    switch status.kind {
    case .character: kind = .character
    case .block: kind = .block
    default: return nil
    }
    self.hostPath = hostPath
    self.path = path
    number = status.device
    mode = status.permissions
    uid = status.uid
    gid = status.gid
    self.access = access
  }

  /// All devices of the host, for a privileged container; terminals and what is made anew are left out.
  static func all() -> [HostDevice] {
    let leftOut: Set<String> = [
      "pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console", "null", "zero",
      "full", "random", "urandom", "tty", "ptmx", "stdin", "stdout", "stderr", "core",
    ]
    var found: [HostDevice] = []
    func walk(_ folder: String, isTop: Bool) {
      guard let opened = try? openFile(folder, [.readOnly, .directory]),
        let names = try? opened.lent.entryNames()
      else { return }
      for name in names.sorted() where !isTop || !leftOut.contains(name) {
        guard let status = try? opened.lent.status(of: name) else { continue }
        let path = "\(folder)/\(name)"
        if status.kind == .directory {
          walk(path, isTop: false)
        } else if let device = HostDevice(path, path, status, "rwm"),
          !(status.device.major == 4 || status.device.major == 5)
        {
          found.append(device)
        }
      }
    }
    walk("/dev", isTop: true)
    return found
  }
}
