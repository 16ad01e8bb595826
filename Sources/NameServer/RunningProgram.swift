import Firewall
import LinuxSystem
import SystemPackage

/// A program that was started and has not been waited for.
final class RunningProgram {
  private let handle: ProcessHandle

  init(_ path: String, _ words: [String]) throws(SystemError) {
    let null = try openFile("/dev/null", [.readWrite])
    var launch = ProgramLaunch(path, words)
    launch.descriptors = [0: null.lent, 1: null.lent, 2: null.lent]
    handle = try launch.start()
  }

  /// Readable when it has ended: pidfd_open(2).
  var descriptor: FileDescriptor { handle.descriptor.lent }

  func reap() { _ = try? handle.wait() }
}

/// The watch over our table; nil where the kernel has none.
final class SharedWatch {
  private let watch: FirewallWatch

  init?() {
    do throws(SystemError) {
      watch = try FirewallWatch(table: "podman", other: "firewalld")
    } catch {
      return nil
    }
  }

  var descriptor: FileDescriptor { watch.descriptor }
  func sawChange() -> Bool { watch.sawChange() }
}
