import LinuxSystem
import Netlink
import RuntimeSpec
import SystemPackage

/// Network devices of the host that a container gets: `linux.netDevices`.
struct NetworkDevices {
  /// A device that was moved, as it was before.
  private struct Moved {
    var before: Link
    var addresses: [Address]
    var name: String
  }

  private let target: SharedDescriptor
  private let origin: SharedDescriptor
  private var moved: [Moved] = []

  /// - Parameter namespace: the container's network namespace, a file of /proc/PID/ns.
  init(movingTo namespace: SharedDescriptor) throws(SystemError) {
    target = namespace
    origin = SharedDescriptor(try openFile("/proc/self/ns/net", [.readOnly]))
  }

  /// Moves devices, names them anew where that is asked for, and puts them into use.
  ///
  /// Their permanent global addresses go with them, as the specification wants; the kernel drops
  /// all addresses of a device that moves. If one device fails, those before it go back.
  mutating func move(_ devices: [String: Spec.Linux.NetDevice]) throws {
    for (name, device) in devices.sorted(by: { $0.key < $1.key }) {
      do {
        try step("linux.netDevices \(quoted(name))") {
          try move(name, as: device.name.flatMap { $0.isEmpty ? nil : $0 } ?? name)
        }
      } catch {
        let failures = moveBack()
        throw failures.isEmpty ? error : RuntimeError.unclean(error, cleanUp: failures)
      }
    }
  }

  private mutating func move(_ name: String, as newName: String) throws {
    var session = RouteSession(try KernelSocket(.route))
    let link = try session.link(named: name)
    let addresses = try session.addresses(of: link.index)
    // Before the device disappears from under whatever of the host still uses it.
    try session.setUp(false, link.index)
    do throws(SystemError) {
      try session.move(link.index, to: target.lent, as: newName)
    } catch {
      try? NetworkDevices.restore(link, addresses, &session, link.index)
      throw error
    }
    moved.append(Moved(before: link, addresses: addresses, name: newName))
    var inside = RouteSession(try socket(in: target.lent))
    let index = try inside.link(named: newName).index
    for address in addresses where address.isPermanent && address.isGlobal {
      try inside.add(address, to: index)
    }
    try inside.setUp(true, index)
  }

  /// Moves all devices back that were moved, as they were; returns what did not succeed.
  mutating func moveBack() -> [any Error] {
    var failures: [any Error] = []
    while let device = moved.popLast() {
      do {
        try moveBack(device)
      } catch {
        failures.append(
          RuntimeError.step("moving network device \(quoted(device.before.name)) back", error))
      }
    }
    return failures
  }

  private func moveBack(_ device: Moved) throws {
    var inside = RouteSession(try socket(in: target.lent))
    let index = try inside.link(named: device.name).index
    try inside.setUp(false, index)
    try inside.move(index, to: origin.lent, as: device.before.name)
    var session = RouteSession(try KernelSocket(.route))
    let back = try session.link(named: device.before.name).index
    try NetworkDevices.restore(device.before, device.addresses, &session, back)
  }

  private static func restore(
    _ link: Link, _ addresses: [Address], _ session: inout RouteSession<KernelSocket>,
    _ index: Int32
  ) throws(SystemError) {
    let present = try session.addresses(of: index)
    for address in addresses where address.isPermanent && address.isGlobal {
      if present.contains(where: { $0.local == address.local }) { continue }
      try session.add(address, to: index)
    }
    if link.isUp { try session.setUp(true, index) }
  }

  /// A socket belongs to the namespace that its maker is in: the runtime goes there and comes back.
  private func socket(in namespace: FileDescriptor) throws(SystemError) -> KernelSocket {
    try Namespaces.join(namespace, .network)
    let result: KernelSocket
    do throws(SystemError) {
      result = try KernelSocket(.route)
    } catch {
      try Namespaces.join(origin.lent, .network)
      throw error
    }
    try Namespaces.join(origin.lent, .network)
    return result
  }
}
