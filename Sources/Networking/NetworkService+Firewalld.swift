import Firewall
import LinuxSystem
import Netlink
import SystemPackage

/// firewalld(1), where it runs. What its zones do not let through stays out, whatever our rules say, so the
/// subnets of bridges belong to its zone `trusted`, as netavark has it.
extension NetworkService {
  private static let table = "firewalld"
  /// What firewall-cmd(1) ends with when nobody answers it.
  private static let notRunning = ExitStatus.exited(252)

  /// The bridges that are not there yet: who makes them tells firewalld.
  func missingBridges(
    _ steps: [AttachmentPlan.Step]
  ) throws(NetworkError) -> [Network] {
    // A user's bridges are behind no firewalld.
    if configuration.isRootless { return [] }
    let host = try hostNamespace()
    return try asNetworkError { () throws(SystemError) in
      var missing: [Network] = []
      for step in steps where step.network.driver == "bridge" && step.options.isManaged {
        if try !BridgeDevice.exists(step.network, in: host) { missing.append(step.network) }
      }
      return missing
    }
  }

  /// Has firewalld let the packets of networks pass.
  func trust(_ networks: [Network]) throws(NetworkError) {
    try tellFirewalld("--add-source=", networks)
  }

  /// Takes that back, as far as it can be done.
  func distrust(_ network: Network) {
    try? tellFirewalld("--remove-source=", [network])
  }

  private func tellFirewalld(_ option: String, _ networks: [Network]) throws(NetworkError) {
    let subnets = networks.flatMap { $0.subnets ?? [] }.map { option + "\($0.subnet)" }
    guard !subnets.isEmpty, !configuration.isRootless else { return }
    let host = try hostNamespace()
    let runs = try asNetworkError { () throws(SystemError) in
      var session = FirewallSession(try host.socket(.netfilter))
      return try session.hasTable(NetworkService.table)
    }
    guard runs else { return }
    let program = try helper("firewall-cmd", package: "firewalld")
    // Right after its start it has tables and hears nobody yet.
    for attempt in 0..<10 {
      let result = try asNetworkError { () throws(SystemError) in
        try FinishedProgram(program, ["--quiet", "--zone=trusted"] + subnets)
      }
      if result.status == .exited(0) { return }
      guard result.status == NetworkService.notRunning else {
        throw .program(
          name: "firewall-cmd", status: "status \(result.status.shellStatus)",
          output: result.errors)
      }
      if attempt < 9 { MonotonicClock.sleep(milliseconds: 300) }
    }
  }
}
