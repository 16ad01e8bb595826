import Foundation
import Testing

/// Where a container's monitor is.
@Suite(.enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct MonitorPlaceTests {
  private func cgroups(_ engine: Engine, _ name: String) throws -> [String] {
    let monitor = try engine.inspect(name, "{{.State.ConmonPid}}")
    return procFile("/proc/\(monitor)/cgroup").split(separator: "\n").map(String.init)
  }

  @Test func theMonitorLeavesItsCallersCgroup() throws {
    try withEngine { engine in
      let parent = "/\(engine.workspace.name)"
      try engine.sleeper("c", "--cgroup-parent", parent)
      let own = try cgroups(engine, "c")
      #expect(own.contains { $0.hasSuffix(":\(parent)/conmon") }, "\(own)")
      try engine.sleeper("d", "--cgroup-parent", parent, "--cgroups", "no-conmon")
      let callers = try cgroups(engine, "d")
      #expect(callers.allSatisfy { !$0.hasSuffix("/conmon") }, "\(callers)")
      try engine.must("rm", "-f", "-t", "0", "c", "d")
      #expect(eventually(5) { removeCgroups(parent) })
    }
  }

  @Test func onlyTheMonitorIsKeptFromBeingKilledForMemory() throws {
    try withEngine { engine in
      try engine.sleeper("c")
      let own = procFile("/proc/self/oom_score_adj").trimmingCharacters(in: .newlines)
      #expect(try engine.must("exec", "c", "cat", "/proc/1/oom_score_adj").text == own)
      #expect(try engine.must("exec", "c", "cat", "/proc/self/oom_score_adj").text == own)
      let monitor = try engine.inspect("c", "{{.State.ConmonPid}}")
      let score = procFile("/proc/\(monitor)/oom_score_adj").trimmingCharacters(in: .newlines)
      #expect(score == "-1000" || score == own)
    }
  }
}

/// Removes a cgroup with its monitors' one from every hierarchy; false where one is in use.
private func removeCgroups(_ path: String) -> Bool {
  let roots =
    ((try? FileManager.default.contentsOfDirectory(atPath: "/sys/fs/cgroup")) ?? [])
    .map { "/sys/fs/cgroup/\($0)" } + ["/sys/fs/cgroup"]
  for root in roots {
    rmdir("\(root)\(path)/conmon")
    rmdir("\(root)\(path)")
  }
  return roots.allSatisfy { access($0 + path, F_OK) != 0 }
}
