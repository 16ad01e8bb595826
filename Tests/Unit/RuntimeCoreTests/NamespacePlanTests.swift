import LinuxSystem
import RuntimeSpec
import Testing

@testable import RuntimeCore

@Suite struct NamespacePlanTests {
  private func plan(
    _ new: [Spec.Linux.Namespace.Kind], joined: [Spec.Linux.Namespace.Kind] = []
  ) throws -> NamespacePlan {
    let own: [Spec.Linux.Namespace.Kind: String] = [
      .pid: "pid", .network: "net", .mount: "mnt", .ipc: "ipc", .uts: "uts", .user: "user",
      .cgroup: "cgroup", .time: "time",
    ]
    return try NamespacePlan(
      new.map { .init(type: $0) }
        + joined.map { .init(type: $0, path: "/proc/self/ns/\(own[$0] ?? "")") })
  }

  @Test func newNamespacesNeedNoProcessInBetween() throws {
    let plan = try plan([.pid, .mount, .ipc, .uts, .network, .cgroup, .user])
    #expect(!plan.needsIntermediate(withTimeOffsets: false))
    #expect(plan.atBirth == [.pid, .mount, .uts, .network, .user])
    #expect(plan.afterMapping == .ipc)
    #expect(try self.plan([.mount, .ipc]).atBirth == [.mount, .ipc])
  }

  @Test func whatAProcessCannotEnterItselfNeedsOne() throws {
    #expect(try plan([.mount], joined: [.pid]).needsIntermediate(withTimeOffsets: false))
    #expect(try plan([.mount], joined: [.user]).needsIntermediate(withTimeOffsets: false))
    #expect(try plan([.mount], joined: [.time]).needsIntermediate(withTimeOffsets: false))
    #expect(try plan([.time]).needsIntermediate(withTimeOffsets: true))
    #expect(try !plan([.time]).needsIntermediate(withTimeOffsets: false))
  }

  @Test func whatBelongsToOthersIsJoinedBeforeTheUserNamespaceIsMade() throws {
    #expect(
      try plan([.user, .mount], joined: [.network]).needsIntermediate(withTimeOffsets: false))
    #expect(try !plan([.mount], joined: [.network]).needsIntermediate(withTimeOffsets: false))
  }

  @Test func aPathOfAnotherKindIsRefusedWithItsField() {
    do {
      _ = try NamespacePlan([.init(type: .network, path: "/proc/self/ns/uts")])
      Issue.record("accepted")
    } catch {
      #expect(
        "\(error)"
          == "linux.namespaces[0].path: /proc/self/ns/uts is not a network namespace")
    }
  }

  @Test func aPathThatIsNoNamespaceIsRefusedWithItsField() {
    do {
      _ = try NamespacePlan([.init(type: .mount), .init(type: .pid, path: "/dev/null")])
      Issue.record("accepted")
    } catch {
      #expect("\(error)".hasPrefix("linux.namespaces[1].path: "))
    }
  }
}
