import Firewall
import LinuxSystem
import Netlink
import SystemPackage

/// What `nft flush ruleset` does to our table.
struct FirewallFlush {
  mutating func run() throws(SystemError) {
    var batch = FirewallBatch(table: "podman")
    batch.deleteTable()
    var session = FirewallSession(try KernelSocket(.netfilter))
    try session.commit(batch)
  }
}
