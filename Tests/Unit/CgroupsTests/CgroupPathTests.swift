import Testing

@testable import Cgroups

@Suite struct CgroupPathTests {
  @Test(arguments: [
    ("a/b", "a/b"), ("/a/b", "/a/b"), ("../../etc", "etc"), ("/../../etc/passwd", "/etc/passwd"),
    ("a/../../../b", "b"), ("/a//./b/", "/a/b"), ("..", ""), ("/..", "/"), ("", ""), ("/", "/"),
    ("a/b/..", "a"), ("...", "..."),
  ])
  func cleans(path: String, expected: String) throws {
    #expect(try cleanCgroupPath(path) == expected)
  }

  @Test func refusesNul() {
    #expect(throws: CgroupError.self) { try cleanCgroupPath("a\0b") }
  }

  @Test func joins() {
    #expect(joinPath("/sys/fs/cgroup", "/a") == "/sys/fs/cgroup/a")
    #expect(joinPath("/sys/fs/cgroup/", "a/b") == "/sys/fs/cgroup/a/b")
    #expect(joinPath("/", "a") == "/a")
    #expect(joinPath("/", "/") == "/")
  }

  @Test func belowIsByWholeParts() {
    #expect(isPath("/a/b", atOrBelow: "/a"))
    #expect(isPath("/a", atOrBelow: "/a"))
    #expect(!isPath("/ab", atOrBelow: "/a"))
    #expect(isPath("/ab", atOrBelow: "/"))
  }
}
