import JSON
import LinuxSystem
import Networking
import Testing

@testable import Engine

/// What of saved states can be tried without processes.
@Suite struct CheckpointTests {
  @Test func statisticsAreReadOfCRIUsFile() throws {
    // stats_entry.dump of freezing 5, frozen 300, pages scanned 1.
    let inner: [UInt8] = [0x08, 5, 0x10, 0xac, 2, 0x28, 1]
    let message: [UInt8] = [0x0a, UInt8(inner.count)] + inner
    let file: [UInt8] =
      [0x40, 0x59, 0x10, 0x55, 0x06, 0x33, 0x09, 0x57, UInt8(message.count), 0, 0, 0] + message
    let statistics = try #require(CriuStatistics(file))
    #expect(statistics[1] == 5)
    #expect(statistics[2] == 300)
    #expect(statistics[5] == 1)
    #expect(statistics[7] == 0)
    #expect(CriuStatistics([]) == nil)
    for length in 0..<file.count { #expect(CriuStatistics(Array(file.prefix(length))) == nil) }
    #expect(CriuStatistics(Array(file.dropLast()) + [0xff]) == nil)
  }

  @Test func networksAreWrittenAsPodmanHasThem() throws {
    let address = try #require(Subnet("10.88.0.5/16"))
    let status = NetworkStatus(
      network: "podman", interface: "eth0", mac: MACAddress("92:d0:c6:0a:29:33"),
      addresses: [.init(address: address, gateway: IPAddress("10.88.0.1"))])
    let text = try JSONWriter().write(CheckpointNetworks([status]))
    #expect(
      String(decoding: text, as: UTF8.self)
        == #"{"podman":{"interfaces":{"eth0":{"subnets":[{"ipnet":"10.88.0.5/16","gateway":"10.88.0.1"}],"mac_address":"92:d0:c6:0a:29:33"}},"dns_server_ips":[],"dns_search_domains":[]}}"#
    )
    let read = try JSONReader().read(CheckpointNetworks.self, from: text)
    #expect(read.statuses == [status])
    #expect(try JSONReader().read(CheckpointNetworks.self, from: "{}").statuses.isEmpty)
  }

  @Test func theDocumentHasTheWholeRecord() throws {
    var record = ContainerRecord()
    record.id = String(repeating: "ab", count: 32)
    record.name = "c"
    record.imageName = "localhost/x:latest"
    record.process.command = ["sleep", "1"]
    let text = try JSONWriter().write(CheckpointDocument(record))
    let read = try JSONReader().read(CheckpointDocument.self, from: text)
    #expect(read.record == record)
    #expect(read.imageName == record.imageName)
    // Another engine's has no record.
    let other = try JSONReader().read(
      CheckpointDocument.self, from: #"{"id": "a", "name": "b", "spec": {}, "lockID": 3}"#)
    #expect(other.record == nil)
  }

  /// 2026-94603: what an image says of itself gives no rights.
  @Test func aRecordOfAnImageMayNotAskForMoreThanANewContainerHas() {
    let defaults = ["CAP_CHOWN"]
    var plain = ContainerRecord()
    plain.security.capabilities = ["CAP_CHOWN"]
    #expect(plain.privileges(defaults: defaults).isEmpty)
    let changes: [(String, (inout ContainerRecord) -> Void)] = [
      ("privileged", { $0.security.isPrivileged = true }),
      ("cap-add", { $0.security.capabilities.append("CAP_SYS_ADMIN") }),
      ("seccomp", { $0.security.seccompProfile = "unconfined" }),
      ("apparmor", { $0.security.apparmorProfile = "unconfined" }),
      ("label", { $0.security.labelOptions = ["disable"] }),
      ("unmask", { $0.security.unmaskedPaths = ["ALL"] }),
      ("proc-opts", { $0.security.procOptions = ["hidepid=0"] }),
      ("--pid", { $0.namespaces.pid = .host }),
      ("--ipc", { $0.namespaces.ipc = .host }),
      ("--uts", { $0.namespaces.uts = .path("/proc/1/ns/uts") }),
      ("--network", { $0.namespaces.network = .host }),
      ("--network", { $0.namespaces.network = .container("x") }),
      ("--userns", { $0.namespaces.user = .path("/proc/1/ns/user") }),
      ("/etc", { $0.mounts = [ContainerMount(.bind, source: "/etc", destination: "/e")] }),
      ("rootfs", { $0.rootfs = "/" }),
      ("--device", { $0.resources.devices = ["/dev/sda"] }),
      ("cgroup-rule", { $0.resources.deviceRules = ["b *:* rwm"] }),
      ("cgroups", { $0.resources.cgroups = "disabled" }),
      ("secret", { $0.secrets = [ContainerSecret()] }),
      ("annotation", { $0.annotations = ["run.oci.x": "y"] }),
      ("init", { $0.process.initPath = "/bin/sh" }),
    ]
    for (word, change) in changes {
      var record = plain
      change(&record)
      let found = record.privileges(defaults: defaults)
      #expect(found.count == 1 && found[0].contains(word), "\(word): \(found)")
    }
  }

  @Test func aSplitCgroupIsTheProcesssOwn() {
    let hybrid = "9:name=systemd:/user.slice/x\n8:pids:/p\n0::/u:with:colons\n"
    #expect(SplitCgroup.own(hybrid, isUnified: false) == "/user.slice/x")
    #expect(SplitCgroup.own(hybrid, isUnified: true) == "/u:with:colons")
    #expect(SplitCgroup.own("", isUnified: true) == "/")
  }
}
