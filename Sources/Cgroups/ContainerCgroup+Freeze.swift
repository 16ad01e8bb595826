import Glibc
import LinuxSystem
import SystemPackage

extension ContainerCgroup {
  /// Whether the container was frozen by itself: not only because a cgroup above it is.
  public var isFrozen: Bool {
    get throws(CgroupError) {
      do throws(SystemError) {
        if mode == .unified {
          guard let text = try memberships.first?.directory.readIfPresent("cgroup.freeze") else {
            return false
          }
          return text.trimmed == "1"
        }
        guard let directory = membership("freezer")?.directory else { return false }
        // Kernels older than Linux 3.13 do not tell who froze it.
        if let own = try directory.readIfPresent("freezer.self_freezing") {
          return own.trimmed == "1"
        }
        return try directory.readIfPresent("freezer.state")?.trimmed == "FROZEN"
      } catch {
        throw .system(error)
      }
    }
  }

  /// Stops every process of the container until `thaw`, and returns when all have stopped.
  ///
  /// - Throws: `freezeTimedOut` when some do not; then none is left frozen.
  public func freeze() throws(CgroupError) {
    do throws(SystemError) {
      let hasFrozen: Bool
      if mode == .unified {
        guard let directory = memberships.first?.directory else { throw Self.noFreezer }
        hasFrozen = try Self.freezeUnified(directory)
      } else {
        guard let directory = membership("freezer")?.directory else { throw Self.noFreezer }
        hasFrozen = try Self.freezeLegacy(directory)
      }
      if hasFrozen { return }
    } catch {
      try? thaw()
      throw .system(error)
    }
    try? thaw()
    throw .freezeTimedOut(path: main?.directory.path ?? "")
  }

  /// Lets the processes go on.
  public func thaw() throws(CgroupError) {
    do throws(SystemError) {
      if mode == .unified {
        guard let directory = memberships.first?.directory else { return }
        try directory.write("0", to: "cgroup.freeze")
      } else {
        guard let directory = membership("freezer")?.directory else { return }
        try directory.write("THAWED", to: "freezer.state")
      }
    } catch {
      throw .system(error)
    }
  }

  private static var noFreezer: SystemError {
    SystemError("freeze", "no freezer cgroup", .notSupported)
  }

  /// Version 2 freezes everything sooner or later and says so in `cgroup.events`; 10 seconds are
  /// allowed.
  private static func freezeUnified(_ directory: ControlDirectory) throws(SystemError) -> Bool {
    try directory.write("1", to: "cgroup.freeze")
    var pause: UInt32 = 50
    var waited: UInt32 = 0
    while waited < 10_000_000 {
      if try directory.value(of: "frozen", in: "cgroup.events") == 1 { return true }
      usleep(pause)
      waited += pause
      pause = min(pause * 2, 10_000)
    }
    return false
  }

  /// Version 1 can stay FREEZING for ever while processes fork or are added. Freezing again helps;
  /// now and then so does letting all go on for a moment, and giving a slow machine a little time.
  private static func freezeLegacy(_ directory: ControlDirectory) throws(SystemError) -> Bool {
    for attempt in 1...1000 {
      if attempt % 50 == 0 {
        try? directory.write("THAWED", to: "freezer.state")
        usleep(10_000)
      }
      try directory.write("FROZEN", to: "freezer.state")
      if attempt % 25 == 0 { usleep(10) }
      if try directory.read("freezer.state").trimmed == "FROZEN" { return true }
    }
    return false
  }
}

extension ControlDirectory {
  /// A number from a file of lines of `key number`; nil where there is no such line.
  func value(of key: String, in file: String) throws(SystemError) -> UInt64? {
    for line in try read(file).lines {
      if let (name, value) = line.cut(at: " "), name == key { return value.trimmed.counter }
    }
    return nil
  }
}
