import JSON
import RuntimeSpec
import Testing

@testable import Engine

/// What is made of a record: a pure function, tried without root.
@Suite struct SpecTests {
  private func record(_ change: (inout ContainerRecord) -> Void = { _ in }) -> ContainerRecord {
    var record = ContainerRecord()
    record.id = String(repeating: "ab", count: 32)
    record.name = "c"
    record.process.command = ["true"]
    record.security.capabilities = ["CAP_CHOWN", "CAP_KILL"]
    change(&record)
    return record
  }

  private func context(_ change: (inout SpecContext) -> Void = { _ in }) -> SpecContext {
    var context = SpecContext()
    context.root = "/root"
    change(&context)
    return context
  }

  @Test func aPlainContainerIsConfined() throws {
    let spec = Spec(record(), context())
    #expect(spec.linux?.maskedPaths?.contains("/proc/kcore") == true)
    #expect(spec.linux?.readonlyPaths?.contains("/proc/sys") == true)
    #expect(spec.linux?.resources?.devices?.first == .init(allow: false, access: "rwm"))
    #expect(spec.process?.capabilities?.effective == ["CAP_CHOWN", "CAP_KILL"])
    #expect(spec.process?.capabilities?.inheritable == nil)
    #expect(spec.mounts?.first { $0.destination == "/sys" }?.options?.contains("ro") == true)
    let kinds = spec.linux?.namespaces?.map(\.type) ?? []
    #expect(Set(kinds) == [.mount, .pid, .ipc, .uts, .cgroup, .network])
  }

  @Test func anotherUserGetsOnlyWhatWasAddedByName() {
    let spec = Spec(
      record { $0.security.addedCapabilities = ["CAP_KILL"] }, context { $0.user.uid = 7 })
    #expect(spec.process?.capabilities?.bounding == ["CAP_CHOWN", "CAP_KILL"])
    #expect(spec.process?.capabilities?.effective == ["CAP_KILL"])
    #expect(spec.process?.capabilities?.ambient == ["CAP_KILL"])
  }

  @Test func theUsualFileSystemsGiveWayToWhatWasAskedFor() {
    let spec = Spec(
      record {
        $0.mounts = [ContainerMount(.tmpfs, destination: "/dev/shm", options: ["size=1m"])]
      },
      context())
    let shm = spec.mounts?.filter { $0.destination == "/dev/shm" } ?? []
    #expect(shm.count == 1)
    #expect(shm.first?.options?.contains("size=1m") == true)
  }

  @Test func parentsAreMountedBeforeTheirChildren() {
    let spec = Spec(
      record {
        $0.mounts = [
          ContainerMount(.tmpfs, destination: "/a/b/c"), ContainerMount(.tmpfs, destination: "/a"),
        ]
      }, context())
    let places = spec.mounts?.map(\.destination) ?? []
    let outer = places.firstIndex(of: "/a") ?? .max
    let inner = places.firstIndex(of: "/a/b/c") ?? -1
    #expect(outer < inner)
  }

  @Test func aDeviceRuleIsReadOrRefused() {
    #expect(
      Spec.deviceRule("c 42:* rmw")
        == .init(allow: true, type: .character, major: 42, minor: nil, access: "rmw"))
    for text in ["", "x 1:1 r", "c 1 r", "c 1:1 z", "c 1:x r"] {
      #expect(Spec.deviceRule(text) == nil)
    }
  }

  /// The families that no namespace holds back are refused on every way to a socket.
  @Test func theStandardFilterRefusesAlgorithmAndHypervisorSockets() {
    for capabilities: Set<String> in [[], ["CAP_AUDIT_WRITE"]] {
      let filter = SeccompProfile.standard.filter(
        capabilities: capabilities, refusesUnsafeSockets: true)
      let rules = (filter.syscalls ?? []).filter {
        $0.names.contains("socket") && $0.action == .allow
      }
      #expect(!rules.isEmpty)
      for family: UInt64 in [38, 40] {
        for rule in rules {
          let tests = (rule.args ?? []).filter { $0.index == 0 }
          let passes = tests.allSatisfy { test in
            switch test.op {
            case .equal: family == test.value
            case .notEqual: family != test.value
            case .lessThan: family < test.value
            case .greaterThan: family > test.value
            default: true
            }
          }
          #expect(!tests.isEmpty && !passes, "family \(family) passes \(rule)")
        }
      }
    }
  }
}
