import LinuxSystem
import RuntimeSpec
import Testing

@testable import RuntimeCore

@Suite struct ProcessSchedulingTests {
  private static func field(
    scheduler: Spec.Process.Scheduler? = nil, io: Spec.Process.IOPriority? = nil,
    memory: Spec.Linux.MemoryPolicy? = nil
  ) -> String? {
    let process = Spec.Process(
      user: .init(uid: 0, gid: 0), cwd: "/", scheduler: scheduler, ioPriority: io)
    do {
      _ = try ProcessScheduling(process, Spec.Linux(memoryPolicy: memory))
      return nil
    } catch {
      return "\(error)".split(separator: ":").first.map(String.init)
    }
  }

  @Test func valuesOutOfRangeAreNamed() {
    #expect(Self.field(scheduler: .init(policy: .other, nice: 20)) == "process.scheduler.nice")
    #expect(Self.field(scheduler: .init(policy: .other, nice: -20)) == nil)
    let priority = "process.scheduler.priority"
    #expect(Self.field(scheduler: .init(policy: .idle, priority: 1)) == priority)
    #expect(Self.field(scheduler: .init(policy: .fifo, priority: -1)) == priority)
    #expect(Self.field(scheduler: .init(policy: .fifo, priority: 1)) == nil)
    #expect(Self.field(scheduler: .init(policy: .fifo, runtime: 1)) == "process.scheduler")
    #expect(Self.field(io: .init(class: .idle, priority: 8)) == "process.ioPriority.priority")
    #expect(Self.field(io: .init(class: .idle, priority: -1)) == "process.ioPriority.priority")
  }

  @Test func reservedPolicyIsNamed() {
    let field = Self.field(scheduler: .init(policy: .iso))
    #expect(field?.hasPrefix("process.scheduler.policy") == true)
  }

  @Test func nodesFitTheMode() {
    let field = "linux.memoryPolicy.nodes"
    #expect(Self.field(memory: .init(mode: .bind)) == field)
    #expect(Self.field(memory: .init(mode: .bind, nodes: "x")) == field)
    #expect(Self.field(memory: .init(mode: .default, nodes: "0")) == field)
    #expect(Self.field(memory: .init(mode: .preferred)) == nil)
    let interleave = Spec.Linux.MemoryPolicy(
      mode: .interleave, nodes: "0-1", flags: [.staticNodes])
    #expect(Self.field(memory: interleave) == nil)
  }
}
