import Glibc
import SystemPackage
import Testing

@testable import LinuxSystem

@Suite(.enabled(if: geteuid() == 0, "needs root")) struct ProcFileSystemTests {
  @Test func isPrivateAndHoldsThisProcess() throws {
    let proc = try ProcFileSystem()
    let isPrivate = proc.isPrivate
    #expect(isPrivate)
    let status = String(decoding: try proc.read("self/stat"), as: UTF8.self)
    #expect(status.hasPrefix("\(getpid()) ("))
  }

  @Test(arguments: [
    "self/fd/0", "self/cwd", "self/root/etc/passwd", "../etc/passwd", "/etc/passwd",
  ])
  func leadsNowhereElse(path: String) throws {
    let own = try ProcFileSystem()
    #expect(throws: SystemError.self) { _ = try own.open(path, [.path]).number }
    let host = try ProcFileSystem(at: "/proc")
    #expect(throws: SystemError.self) { _ = try host.open(path, [.path]).number }
    #expect(throws: SystemError.self) { _ = try host.walk(path, [.path]).number }
  }

  @Test(arguments: ["self/stat", "sys/kernel/ostype", "net/unix", "thread-self/attr/current"])
  func walksWhereOpenat2IsBlocked(path: String) throws {
    let proc = try ProcFileSystem()
    let walked = try proc.walk(path, [.path])
    let opened = try proc.open(path, [.path])
    let (first, second) = (try walked.lent.status(), try opened.lent.status())
    #expect(first.isSamePlace(as: second))
  }

  @Test(arguments: ["/sys", "/proc/self", "/proc/sys", "/"])
  func refusesWhatIsNoRootOfAProcfs(path: String) {
    #expect(throws: SystemError.self) { _ = try ProcFileSystem(at: path).isPrivate }
  }
}
