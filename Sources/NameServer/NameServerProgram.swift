import LinuxSystem
import SystemPackage

/// The program `podman-dns FOLDER PORT`: serves the folder's names until the last container is gone.
///
/// On standard output, a pipe of the engine, stands one line when it answers, `ok` or why not.
public enum NameServerProgram {
  /// - Returns: the status to exit with.
  public static func run(_ arguments: [String]) -> CInt {
    guard arguments.count == 3, let port = UInt16(arguments[2]) else {
      try? FileDescriptor.standardError.writeAll("usage: podman-dns FOLDER PORT\n")
      return 125
    }
    do throws(SystemError) {
      // A client that is gone is no reason to end.
      try Signal.pipe.ignore()
      try Signal.hangup.ignore()
      raiseDescriptorLimit()
      let server = try NameServer(folder: arguments[1], port: port)
      try FileDescriptor.standardOutput.writeAll("ok\n")
      let null = try openFile("/dev/null", [.readWrite])
      try null.lent.install(as: 1)
      try null.lent.install(as: 2)
      try server.run()
      return 0
    } catch {
      try? FileDescriptor.standardOutput.writeAll("\(error)\n")
      return 1
    }
  }

  private static func raiseDescriptorLimit() {
    guard let limit = ResourceLimit(name: "RLIMIT_NOFILE"), let values = try? limit.values() else {
      return
    }
    try? limit.set(.init(soft: min(values.hard, 4096), hard: values.hard))
  }
}
