import Glibc
import LinuxSystem

/// systemd's manager, over its own socket or a message bus (org.freedesktop.systemd1(5)).
final class SystemdBus {
  private let connection: DBusConnection
  /// A bus passes signals on only to those who ask; systemd's own socket gives them to all.
  private var needsSubscription: Bool
  private var knownVersion: Int?

  private static let destination = "org.freedesktop.systemd1"
  private static let path = "/org/freedesktop/systemd1"
  private static let manager = "org.freedesktop.systemd1.Manager"

  /// Connects.
  ///
  /// - Parameter isUser: to the manager of this user rather than that of the system.
  init(isUser: Bool) throws(CgroupError) {
    guard access("/run/systemd/system", F_OK) == 0 else { throw .systemdNotRunning }
    // systemd's own socket first: one hop less, and it is there without any bus.
    if let direct = Self.direct(isUser: isUser) {
      connection = direct
      needsSubscription = false
    } else {
      connection = try Self.bus(isUser: isUser)
      needsSubscription = true
    }
  }

  private static func direct(isUser: Bool) -> DBusConnection? {
    guard let path = directSocket(isUser: isUser), access(path, R_OK | W_OK) == 0 else {
      return nil
    }
    return try? DBusConnection(.path(path))
  }

  private static func bus(isUser: Bool) throws(CgroupError) -> DBusConnection {
    var failure = DBusError.noBus(
      isUser ? "DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR" : "/run/dbus/system_bus_socket")
    for address in busAddresses(isUser: isUser) {
      do throws(DBusError) {
        let connection = try DBusConnection(address)
        try connection.call(
          "Hello", on: "/org/freedesktop/DBus", of: "org.freedesktop.DBus",
          at: "org.freedesktop.DBus")
        return connection
      } catch {
        failure = error
      }
    }
    throw .bus(failure)
  }

  private static func directSocket(isUser: Bool) -> String? {
    if !isUser { return geteuid() == 0 ? "/run/systemd/private" : nil }
    return getenv("XDG_RUNTIME_DIR").map { String(cString: $0) + "/systemd/private" }
  }

  private static func busAddresses(isUser: Bool) -> [DBusAddress] {
    guard isUser else { return [.path("/run/dbus/system_bus_socket")] }
    if let list = getenv("DBUS_SESSION_BUS_ADDRESS"), list.pointee != 0 {
      return DBusAddress.parse(String(cString: list))
    }
    guard let directory = getenv("XDG_RUNTIME_DIR") else { return [] }
    return [.path(String(cString: directory) + "/bus")]
  }

  // MARK: Properties of the manager

  /// A property of the manager that is a text.
  func managerText(_ property: String) throws(CgroupError) -> String {
    let answer = try call {
      connection throws(DBusError) in
      try connection.call(
        "Get", on: Self.path, of: "org.freedesktop.DBus.Properties", at: Self.destination,
        [.string(Self.manager), .string(property)])
    }
    guard case .variant(.string(let text))? = answer.first else {
      throw .bus(.malformed("property \(property)"))
    }
    return text
  }

  /// The major version of systemd; asked once.
  var version: Int {
    get throws(CgroupError) {
      if let knownVersion { return knownVersion }
      let version = Self.version(try managerText("Version"))
      knownVersion = version
      return version
    }
  }

  /// The first number of texts such as `252.30-1~deb12u2` or `v245`; 0 where there is none.
  static func version(_ text: String) -> Int {
    let digits = text.utf8.drop { !(48...57).contains($0) }.prefix { (48...57).contains($0) }
    return Int(Substring(digits)) ?? 0
  }

  // MARK: Units

  /// Starts a transient unit and waits until it runs. A failed one of the same name is taken away
  /// first.
  func start(_ unit: String, _ properties: [SystemdProperty]) throws(CgroupError) {
    try subscribe()
    let arguments: [DBusValue] = [
      .string(unit), .string("replace"), SystemdProperty.list(properties),
      .array(of: "(sa(sv))", []),
    ]
    let job: String
    do throws(CgroupError) {
      job = try startJob("StartTransientUnit", arguments)
    } catch .bus(.refused("org.freedesktop.systemd1.UnitExists", _)) {
      try resetFailed(unit)
      job = try startJob("StartTransientUnit", arguments)
    }
    let result: String
    do throws(CgroupError) { result = try wait(for: job) } catch {
      try? resetFailed(unit)
      throw error
    }
    guard result == "done" else {
      try? resetFailed(unit)
      throw .systemd(unit: unit, reason: "the start job ended with \(result)")
    }
  }

  /// Stops a unit and waits until it is gone. One that is not there is no error.
  func stop(_ unit: String) throws(CgroupError) {
    try subscribe()
    do throws(CgroupError) {
      let job = try startJob("StopUnit", [.string(unit), .string("replace")])
      _ = try wait(for: job)
    } catch .bus(.refused("org.freedesktop.systemd1.NoSuchUnit", _)) {
      return
    }
    try? resetFailed(unit)
  }

  /// Changes properties of a running unit until it ends.
  func setProperties(
    of unit: String, _ properties: [SystemdProperty]
  ) throws(CgroupError) {
    do throws(CgroupError) {
      try manager(
        "SetUnitProperties",
        [.string(unit), .boolean(true), SystemdProperty.list(properties)])
    } catch .bus(.refused(_, let message)) {
      throw .systemd(unit: unit, reason: message)
    }
  }

  /// Moves a process into the cgroup of a unit, or into one below it by an absolute path.
  func attach(_ pid: Int32, to unit: String, subgroup: String) throws(CgroupError) {
    guard let number = UInt32(exactly: pid) else { throw .invalidPath("process \(pid)") }
    let processes = DBusValue.array(of: "u", [.uint32(number)])
    try manager("AttachProcessesToUnit", [.string(unit), .string(subgroup), processes])
  }

  private func resetFailed(_ unit: String) throws(CgroupError) {
    try manager("ResetFailedUnit", [.string(unit)])
  }

  // MARK: Jobs

  private func subscribe() throws(CgroupError) {
    guard needsSubscription else { return }
    needsSubscription = false
    try call { connection throws(DBusError) in
      try connection.call(
        "AddMatch", on: "/org/freedesktop/DBus", of: "org.freedesktop.DBus",
        at: "org.freedesktop.DBus",
        [.string("type='signal',interface='\(Self.manager)',member='JobRemoved'")])
    }
    try manager("Subscribe", [])
  }

  private func startJob(
    _ member: String, _ arguments: [DBusValue]
  ) throws(CgroupError) -> String {
    guard case .objectPath(let job)? = try manager(member, arguments).first else {
      throw .bus(.malformed("the answer to \(member)"))
    }
    return job
  }

  /// How a job ended: `done`, `failed`, `canceled`, `timeout`, `dependency` or `skipped`.
  private func wait(for job: String) throws(CgroupError) -> String {
    do throws(DBusError) {
      return try connection.signal("the end of \(job)") { signal in
        guard signal.member == "JobRemoved", signal.body.count == 4,
          signal.body[1] == .objectPath(job), case .string(let result) = signal.body[3]
        else { return nil }
        return result
      }
    } catch {
      throw .bus(error)
    }
  }

  @discardableResult
  private func manager(
    _ member: String, _ arguments: [DBusValue]
  ) throws(CgroupError) -> [DBusValue] {
    try call { connection throws(DBusError) in
      try connection.call(
        member, on: Self.path, of: Self.manager, at: Self.destination, arguments)
    }
  }

  @discardableResult
  private func call(
    _ body: (DBusConnection) throws(DBusError) -> [DBusValue]
  ) throws(CgroupError) -> [DBusValue] {
    do throws(DBusError) { return try body(connection) } catch { throw .bus(error) }
  }
}
