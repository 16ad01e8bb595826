import LinuxSystem
import RuntimeSpec

/// A device node that the container gets.
struct PlannedDevice: Equatable {
  let path: String
  let kind: FileStatus.Kind
  /// Zero for a FIFO.
  let number: DeviceNumber
  /// The permissions.
  let mode: UInt32
  let uid: UInt32
  let gid: UInt32

  /// The devices that every container has (config-linux.md, "Default Devices"), less those that the
  /// configuration describes itself, and these; /dev/ptmx is a link, not a node.
  static func all(_ devices: [Spec.Linux.Device]) throws -> [PlannedDevice] {
    let given = try devices.enumerated().map { try PlannedDevice($1, index: $0) }
    let defaults = standard.filter { device in !given.contains { $0.path == device.path } }
    return (defaults + given).filter { $0.path != "/dev/ptmx" }
  }

  private static let standard = [
    PlannedDevice("/dev/null", .null),
    PlannedDevice("/dev/zero", DeviceNumber(major: 1, minor: 5)),
    PlannedDevice("/dev/full", DeviceNumber(major: 1, minor: 7)),
    PlannedDevice("/dev/random", DeviceNumber(major: 1, minor: 8)),
    PlannedDevice("/dev/urandom", DeviceNumber(major: 1, minor: 9)),
    PlannedDevice("/dev/tty", DeviceNumber(major: 5, minor: 0)),
  ]

  private init(_ path: String, _ number: DeviceNumber) {
    self.path = path
    kind = .character
    self.number = number
    mode = 0o666
    uid = 0
    gid = 0
  }

  private init(_ device: Spec.Linux.Device, index: Int) throws {
    let field = "linux.devices[\(index)]"
    guard device.path.hasPrefix("/"), !device.path.utf8.contains(0) else {
      throw RuntimeError.invalid(field: "\(field).path", reason: "it is no absolute path")
    }
    path = "/" + device.path.pathComponents.filter { $0 != "." }.joined(separator: "/")
    switch device.type {
    case .character, .unbuffered: kind = .character
    case .block: kind = .block
    case .fifo: kind = .fifo
    }
    // The kernel's MINORBITS: 12 bits of the major, 20 of the minor number.
    number = DeviceNumber(
      major: try PlannedDevice.part(device.major, kind, below: 1 << 12, "\(field).major"),
      minor: try PlannedDevice.part(device.minor, kind, below: 1 << 20, "\(field).minor"))
    mode = (device.fileMode ?? 0o666) & 0o7777
    uid = device.uid ?? 0
    gid = device.gid ?? 0
  }

  private static func part(
    _ value: Int64?, _ kind: FileStatus.Kind, below limit: Int64, _ field: String
  ) throws -> UInt32 {
    if kind == .fifo { return 0 }
    guard let value else { throw RuntimeError.invalid(field: field, reason: "it is missing") }
    guard value >= 0, value < limit else {
      throw RuntimeError.invalid(field: field, reason: "it is not between 0 and \(limit - 1)")
    }
    return UInt32(value)
  }
}
