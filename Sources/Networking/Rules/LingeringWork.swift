import LinuxSystem
import SystemPackage

/// Work whose result is there before its end is: whoever removes elements from the firewall's sets
/// waits, when the socket is closed, until no packet can see them any more, some 10 ms. A process of
/// nobody's waits for that.
enum LingeringWork {
  /// Does something in such a process; returns when the body says that it is done, and not when that
  /// process has ended.
  static func run(
    _ body: (_ done: () throws(SystemError) -> Void) throws(SystemError) -> Void
  ) throws(SystemError) {
    var pipe = try Pipe()
    switch try Clone.clone() {
    case .child:
      if case .parent? = try? Clone.clone() { CurrentProcess.exit(0) }
      work(body, pipe.writing?.lent)
      // Mentioned so that it lives until here.
      pipe.writing = nil
      CurrentProcess.exit(0)
    case .parent(let child):
      pipe.writing = nil
      _ = try child.wait()
      let answer = try pipe.reading?.lent.readSome(limit: 1, subject: "firewall") ?? []
      guard let code = answer.first else { throw SystemError("change firewall", "", .ioError) }
      if code != 0 { throw SystemError("change firewall", "", Errno(rawValue: CInt(code))) }
    }
  }

  private static func work(
    _ body: (_ done: () throws(SystemError) -> Void) throws(SystemError) -> Void,
    _ report: FileDescriptor?
  ) {
    do throws(SystemError) {
      try body { () throws(SystemError) in try report?.writeAll([0]) }
    } catch {
      try? report?.writeAll([UInt8(clamping: error.errno.rawValue)])
    }
  }
}
