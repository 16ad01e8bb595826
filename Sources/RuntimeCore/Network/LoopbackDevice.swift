import LinuxSystem
import Netlink

/// The loopback device of a container's own network namespace.
enum LoopbackDevice {
  /// Puts it into use: in a new network namespace it is not, and no program expects that.
  static func bringUp() throws {
    try step("setting the loopback device up") {
      var session = RouteSession(try KernelSocket(.route))
      try session.setUp(true, Link.loopbackIndex)
    }
  }
}
