import Foundation
import Testing

extension RuntimeTests {
  /// `process.capabilities`: five sets.
  @Suite struct Capabilities {
    private static let sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]

    /// The five sets of a process that the runtime starts under `capabilities` as user `uid`.
    private func shown(_ capabilities: JSONValue, uid: Int64 = 0) throws -> [String: String] {
      var result: [String: String] = [:]
      try withBundle { bundle throws in
        bundle.config["process", "capabilities"] = capabilities
        bundle.config["process", "user"] = ["uid": .integer(uid), "gid": .integer(uid)]
        bundle.arguments = ["grep", "^Cap", "/proc/self/status"]
        let output = try bundle.run()
        guard output.status == 0 else { throw HarnessError("\(output)") }
        for line in output.lines {
          let parts = line.split(separator: ":")
          result[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
        }
      }
      return result
    }

    private func set(_ names: String...) -> String { CapabilitySet(names).hexadecimal }

    @Test func boundingSetLimitsRoot() throws {
      let sets = try shown([
        "bounding": ["CAP_KILL", "CAP_CHOWN"], "permitted": ["CAP_KILL", "CAP_CHOWN"],
        "effective": ["CAP_KILL", "CAP_CHOWN"],
      ])
      let expected = set("CAP_KILL", "CAP_CHOWN")
      #expect(sets["CapBnd"] == expected)
      #expect(sets["CapPrm"] == expected)
      #expect(sets["CapEff"] == expected)
      #expect(sets["CapInh"] == set())
      #expect(sets["CapAmb"] == set())
    }

    @Test func withoutTheFieldThereAreNone() throws {
      let sets = try shown(nil)
      for name in Self.sets { #expect(sets[name] == set(), "\(name)") }
    }

    @Test func emptySetsAreEmpty() throws {
      let sets = try shown([
        "bounding": [], "permitted": [], "effective": [], "inheritable": [], "ambient": [],
      ])
      for name in Self.sets { #expect(sets[name] == set(), "\(name)") }
    }

    @Test func aUserLosesThemAtExecve() throws {
      let capabilities: JSONValue = ["CAP_KILL"]
      let sets = try shown(
        ["bounding": capabilities, "permitted": capabilities, "effective": capabilities], uid: 1000)
      #expect(sets["CapBnd"] == set("CAP_KILL"))
      #expect(sets["CapPrm"] == set())
      #expect(sets["CapEff"] == set())
    }

    @Test func aUserKeepsAmbientOnes() throws {
      let capabilities: JSONValue = ["CAP_NET_BIND_SERVICE", "CAP_KILL"]
      let sets = try shown(
        [
          "bounding": capabilities, "permitted": capabilities, "effective": capabilities,
          "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"],
        ], uid: 1000)
      #expect(sets["CapAmb"] == set("CAP_KILL"))
      #expect(sets["CapPrm"] == set("CAP_KILL"))
      #expect(sets["CapEff"] == set("CAP_KILL"))
      #expect(sets["CapInh"] == set("CAP_KILL"))
      #expect(sets["CapBnd"] == set("CAP_KILL", "CAP_NET_BIND_SERVICE"))
    }

    @Test func inheritableAsGiven() throws {
      let capabilities: JSONValue = ["CAP_KILL", "CAP_CHOWN"]
      let sets = try shown([
        "bounding": capabilities, "permitted": capabilities, "effective": capabilities,
        "inheritable": ["CAP_CHOWN"],
      ])
      #expect(sets["CapInh"] == set("CAP_CHOWN"))
    }

    @Test func highCapabilities() throws {
      let names = [
        "CAP_SYSLOG", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
      ]
      .filter(CapabilitySet.own.contains)
      let list = JSONValue(names)
      let sets = try shown(["bounding": list, "permitted": list, "effective": list])
      #expect(sets["CapBnd"] == CapabilitySet(names).hexadecimal)
      #expect(sets["CapEff"] == CapabilitySet(names).hexadecimal)
    }

    @Test func unknownOnesAreLeftOutWithAWarning() throws {
      try withBundle { bundle throws in
        bundle.config["process", "capabilities"] = [
          "bounding": ["CAP_KILL", "CAP_NO_SUCH"], "permitted": ["CAP_KILL"],
          "effective": ["CAP_KILL"],
        ]
        bundle.arguments = ["grep", "CapBnd", "/proc/self/status"]
        let output = try bundle.run()
        #expect(output.status == 0, "\(output)")
        #expect(output.words.last == set("CAP_KILL"))
        #expect(output.stderr.contains("CAP_NO_SUCH"))
      }
    }

    @Test func theyAreWhatCounts() throws {
      try withBundle { bundle throws in
        bundle.config["process", "capabilities"] = nil
        let output = try bundle.output(
          of:
            "touch /tmp/file; chown 5 /tmp/file 2>/dev/null || echo no-chown; mknod /tmp/node c 1 3 2>/dev/null || echo no-mknod"
        )
        #expect(output.words == ["no-chown", "no-mknod"])
      }
    }
  }
}
