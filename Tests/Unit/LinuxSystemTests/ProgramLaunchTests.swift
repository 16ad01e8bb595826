import LinuxSystem
import SystemPackage
import Testing

@Suite struct ProgramLaunchTests {
  @Test func hasTheDescriptorsThatItIsGivenAndNoOther() throws {
    var pipe = try Pipe()
    guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else { return }
    // An inherited descriptor that is not named, and a source with the number of a target.
    let stray = try FileDescriptor.standardInput.duplicated(minimum: 20)
    try stray.lent.setCloseOnExecution(false)
    var launch = ProgramLaunch(
      "/bin/sh", ["sh", "-c", "ls /proc/self/fd | wc -l; echo $WORD >&7; pwd"],
      environment: ["WORD=yes", "PATH=/usr/bin:/bin"], directory: "/proc")
    launch.descriptors = [1: writing.lent, 7: writing.lent]
    let process = try launch.start()
    try writing.close()
    let text = String(decoding: try reading.lent.readToEnd(limit: 4096), as: UTF8.self)
    let status = try process.wait()
    #expect(status == .exited(0))
    // 0, 1, 2, 7 and the folder that ls reads.
    #expect(text == "5\nyes\n/proc\n")
  }

  @Test func tellsAtOnceWhatCannotBeExecuted() {
    #expect(throws: SystemError("exec", "/nowhere", .noSuchFileOrDirectory)) {
      _ = try ProgramLaunch("/nowhere", ["nowhere"]).start().id
    }
  }
}
