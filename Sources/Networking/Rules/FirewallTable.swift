import Firewall
import LinuxSystem
import Netlink
import SystemPackage

/// Our table of the firewall, `inet podman`: rules that never change, over sets and maps that hold
/// what networks and containers have. Setting a container up is one batch of elements; none of it
/// grows with the number of containers.
struct FirewallTable {
  static let name = "podman"

  /// Names of sets and maps.
  enum Set {
    /// Our bridges.
    static let bridges = "bridges"
    /// Each bridge with itself.
    static let same = "same"
    /// Bridges whose packets leave with the host's address.
    static let masqueraded = "masqueraded"
    /// Each subnet with itself.
    static let subnets = ["subnets4", "subnets6"]
    static let isolated = "isolated"
    static let strict = "strict"
    static let inner = "internal"
    /// Devices by which a user's published ports come in, each with its mark.
    static let uplinks = "uplinks"
    /// Protocol and port to a container's address and port.
    static let ports = ["ports4", "ports6"]
    /// Address, protocol and port to a container's address and port.
    static let addressPorts = ["addressports4", "addressports6"]
  }

  /// Changes elements. Where the table is not there, as the first time or after `nft flush ruleset`,
  /// it is made first.
  ///
  /// - Returns: whether it was made.
  @discardableResult
  static func change(
    _ host: HostNamespace, _ fill: (inout FirewallBatch) -> Void
  ) throws(SystemError) -> Bool {
    var session = FirewallSession(try host.socket(.netfilter))
    var batch = FirewallBatch(table: name)
    fill(&batch)
    do throws(SystemError) {
      try session.commit(batch)
      return false
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
    }
    do throws(SystemError) {
      try session.commit(emptyTable())
    } catch {
      // Another container's set-up was faster.
      guard error.errno == .fileExists else { throw error }
    }
    try session.commit(batch)
    return true
  }

  /// Removes elements as far as they are there.
  ///
  /// - Parameter done: called when they are gone; what follows only waits for the kernel.
  static func remove(
    _ elements: [(set: String, elements: [FirewallElement])], _ host: HostNamespace,
    done: () throws(SystemError) -> Void = {}
  ) throws(SystemError) {
    guard elements.contains(where: { !$0.elements.isEmpty }) else { return }
    var session = FirewallSession(try host.socket(.netfilter))
    var batch = FirewallBatch(table: name)
    for part in elements { batch.removeElements(part.set, part.elements) }
    do throws(SystemError) {
      try session.commit(batch)
      return try done()
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
    }
    // Something is missing, perhaps all: then each by itself.
    for part in elements {
      for element in part.elements {
        var single = FirewallBatch(table: name)
        single.removeElements(part.set, [element])
        do throws(SystemError) {
          try session.commit(single)
        } catch {
          guard error.errno == .noSuchFileOrDirectory else { throw error }
        }
      }
    }
    try done()
  }

  private static func emptyTable() -> FirewallBatch {
    var batch = FirewallBatch(table: name)
    batch.createTable()
    for set in [Set.bridges, Set.masqueraded, Set.isolated, Set.strict, Set.inner] {
      batch.createSet(FirewallSet(set, key: [.deviceName]))
    }
    batch.createSet(FirewallSet(Set.same, key: [.deviceName, .deviceName]))
    for (isV6, address) in [(false, FirewallSet.DataType.ipv4Address), (true, .ipv6Address)] {
      let target = FirewallSet.Content.values([address, .port])
      var subnets = FirewallSet(Set.subnets[isV6 ? 1 : 0], key: [address, address])
      subnets.holdsRanges = true
      batch.createSet(subnets)
      batch.createSet(
        FirewallSet(Set.ports[isV6 ? 1 : 0], key: [.transportProtocol, .port], content: target))
      batch.createSet(
        FirewallSet(
          Set.addressPorts[isV6 ? 1 : 0], key: [address, .transportProtocol, .port], content: target
        ))
    }
    batch.createSet(FirewallSet(Set.uplinks, key: [.deviceName], content: .values([.mark])))
    addMarking(&batch)
    addPublishing(&batch)
    addFiltering(&batch)
    addMasquerading(&batch)
    return batch
  }

  /// Answers go back by the device that the connection came in by: `ForwardedPorts` routes by the mark.
  private static func addMarking(_ batch: inout FirewallBatch) {
    batch.createChain("marking", .init(.filter, .prerouting, priority: -150))
    batch.addRule(
      "marking",
      [
        .meta(.incomingDeviceName, into: Register(0)),
        .map(name: Set.uplinks, key: Register(0), into: Register(0)),
        .setMark(ofConnection: true, from: Register(0)),
      ])
    let isOurs: [Expression] = [
      .connection(.mark, into: Register(0)),
      .mask(Register(0), ForwardedPorts.markBytes(0xFF00_0000)),
      .compare(Register(0), to: ForwardedPorts.markBytes(ForwardedPorts.firstMark)),
    ]
    batch.addRule(
      "marking",
      .incoming(in: Set.bridges) + isOurs + [
        .connection(.mark, into: Register(0)), .setMark(ofConnection: false, from: Register(0)),
      ])
  }

  /// Connections to published ports, from other hosts, containers and this host itself.
  private static func addPublishing(_ batch: inout FirewallBatch) {
    batch.createChain("publish")
    batch.createChain("prerouting", .init(.nat, .prerouting, priority: -100))
    batch.createChain("output", .init(.nat, .output, priority: -100))
    for isV6 in [false, true] {
      let length: UInt32 = isV6 ? 16 : 4
      let words = length / 4
      let family = [Expression].family(isV6: isV6)
      let port = Register(words)
      // Address, protocol and port one behind the other, as they are in the key.
      let key: [Expression] = [
        .payload(.network, offset: isV6 ? 24 : 16, length: length, into: Register(0)),
        .meta(.transportProtocol, into: Register(words)),
        .payload(.transport, offset: 2, length: 2, into: Register(words + 1)),
      ]
      let send = Expression.destinationNAT(isV6: isV6, address: Register(0), port: port)
      let maps = (Set.addressPorts[isV6 ? 1 : 0], Set.ports[isV6 ? 1 : 0])
      batch.addRule(
        "publish", family + key + [.map(name: maps.0, key: Register(0), into: Register(0)), send])
      batch.addRule(
        "publish",
        family + key.dropFirst()
          + [.map(name: maps.1, key: Register(words), into: Register(0)), send])
    }
    // 127.0.0.1 from outside is nobody's: the kernel drops it, but only behind this chain.
    batch.addRule(
      "prerouting", .family(isV6: false) + .loopback(source: false) + [.verdict(.accept)])
    batch.addRule("prerouting", .toThisHost + [.verdict(.jump("publish"))])
    batch.addRule("output", .toThisHost + [.verdict(.jump("publish"))])
  }

  /// Which packets pass between networks.
  private static func addFiltering(_ batch: inout FirewallBatch) {
    batch.createChain("input", .init(.filter, .input, priority: 0))
    batch.createChain("forward", .init(.filter, .forward, priority: 0))
    batch.addRule("forward", .established + [.verdict(.accept)])
    batch.addRule("forward", .passing(in: Set.same) + [.verdict(.accept)])
    batch.addRule("forward", .incoming(in: Set.inner) + [.verdict(.drop)])
    batch.addRule("forward", .outgoing(in: Set.inner) + [.verdict(.drop)])
    // What is published is published for all.
    batch.addRule("forward", .isDestinationNAT + [.verdict(.accept)])
    batch.addRule(
      "forward",
      .incoming(in: Set.isolated) + .outgoing(in: Set.isolated) + [.verdict(.drop)])
    batch.addRule(
      "forward", .incoming(in: Set.strict) + .outgoing(in: Set.bridges) + [.verdict(.drop)])
    // Bridges route 127.0.0.1 so that the host reaches its containers by it; containers must not
    // reach the host's services by it (CVE-2020-8558 elsewhere).
    batch.addRule("input", .established + [.verdict(.accept)])
    batch.addRule(
      "input",
      .incoming(in: Set.bridges) + .family(isV6: false) + .loopback(source: false)
        + [.verdict(.drop)])
  }

  /// Which connections get another source.
  private static func addMasquerading(_ batch: inout FirewallBatch) {
    batch.createChain("postrouting", .init(.nat, .postrouting, priority: 100))
    // A container that reaches one of its own network, or itself, by a published port: the answer
    // has to come back here. The incoming device is not known where the kernel makes the firewall see
    // packets that a bridge passes (br_netfilter).
    for isV6 in [false, true] {
      batch.addRule(
        "postrouting",
        .isDestinationNAT + .family(isV6: isV6)
          + .addresses(isV6: isV6, in: Set.subnets[isV6 ? 1 : 0]) + [.masquerade])
    }
    batch.addRule(
      "postrouting",
      .outgoing(in: Set.bridges) + .family(isV6: false) + .loopback(source: true) + [.masquerade])
    batch.addRule(
      "postrouting",
      .outgoing(in: Set.bridges) + .family(isV6: true) + .loopbackV6Source + [.masquerade])
    batch.addRule("postrouting", .passing(in: Set.same) + [.verdict(.accept)])
    batch.addRule("postrouting", .incoming(in: Set.masqueraded) + [.masquerade])
  }
}
