import LinuxSystem
import Netlink
import SystemPackage
import Testing

@testable import Networking

private let hasPlugins = (try? checkExecutable("/usr/lib/cni/bridge")) != nil

@Suite(
  .serialized, .enabled(if: Lab.isRoot, "needs root"),
  .enabled(if: hasPlugins, "containernetworking-plugins is not installed"))
struct CNITests {
  private func lab() throws -> (Lab, NetworkService) {
    let lab = try Lab()
    var configuration = lab.service.configuration
    configuration.usesCNI = true
    configuration.cniDefinitions = "\(lab.folder)/net.d"
    try makeDirectories(configuration.cniDefinitions, mode: 0o755)
    let folder = try openFile(configuration.cniDefinitions, [.readOnly, .directory])
    let text = """
      {"cniVersion": "0.4.0", "name": "lab", "plugins": [
        {"type": "bridge", "bridge": "cni-lab0", "isGateway": true,
         "ipam": {"type": "host-local", "dataDir": "\(lab.folder)/leases",
                  "routes": [{"dst": "0.0.0.0/0"}],
                  "ranges": [[{"subnet": "10.66.0.0/24", "gateway": "10.66.0.1"}]]}}]}
      """
    try folder.lent.replaceFile("10-lab.conflist", contents: Array(text.utf8), mode: 0o644)
    try folder.lent.replaceFile("20-broken.conflist", contents: Array("{".utf8), mode: 0o644)
    return (lab, NetworkService(configuration))
  }

  @Test func containersJoinByPlugins() throws {
    let (lab, service) = try lab()
    let (networks, broken) = try service.list()
    #expect(networks.map(\.name) == ["lab"] && broken.count == 1)
    #expect(networks.first?.subnets?.first?.gateway == IPAddress("10.66.0.1"))
    let container = try lab.container("a", ["lab"])
    let status = try #require(try service.setUp(container).statuses.first)
    #expect("\(try #require(status.addresses.first).address)" == "10.66.0.2/24")
    #expect(status.mac != nil && status.interface == "eth0")
    let listener = try lab.inside(container.namespace) { try Listener(80) }
    #expect(try connect("10.66.0.2", 80) != nil)
    #expect(try listener.peer() == IPAddress("10.66.0.1"))
    try service.tearDown(containerID: container.containerID)
    let leases = try openFile("\(lab.folder)/leases/lab", [.readOnly, .directory])
    #expect(try !leases.lent.entryNames().contains("10.66.0.2"))
    #expect(try service.states.all().isEmpty)
  }

  @Test func networkIsMadeAndRemoved() throws {
    let (lab, service) = try lab()
    defer { withExtendedLifetime(lab) {} }
    let network = try service.create(NewNetworkRequest(name: "own"))
    #expect(try service.network("own").subnets == network.subnets)
    try service.remove("own")
    #expect(throws: NetworkError.self) { try service.network("own") }
  }

  @Test func missingPluginIsNamed() throws {
    let (lab, service) = try lab()
    var other = service
    other.configuration.cniPluginFolders = ["/nowhere"]
    let container = try lab.container("a", ["lab"])
    let error = #expect(throws: NetworkError.self) { try other.setUp(container) }
    #expect("\(try #require(error))".contains("containernetworking-plugins"))
    try? service.tearDown(containerID: container.containerID)
  }
}
