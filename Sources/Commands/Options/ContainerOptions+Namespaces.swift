import CommandLine
import Engine

extension ContainerOptions {
  static var namespaces: [Option] {
    [
      Option("cgroupns", .string(), "cgroup namespace to use"),
      Option("gidmap", .list(), "GID map to use for the user namespace"),
      Option("ipc", .string(), "IPC namespace to use"),
      Option("pid", .string(), "PID namespace to use"),
      Option(
        "subgidname", .string(), "Name of range listed in /etc/subgid for use in user namespace"),
      Option(
        "subuidname", .string(), "Name of range listed in /etc/subuid for use in user namespace"),
      Option("uidmap", .list(), "UID map to use for the user namespace"),
      Option("userns", .string(), "User namespace to use"),
      Option("uts", .string(), "UTS namespace to use"),
    ]
  }

  func applyNamespaces(_ request: inout ContainerRequest) {
    func given(_ name: String) -> String? {
      options.given(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    request.namespaces.pid = given("pid")
    request.namespaces.ipc = given("ipc")
    request.namespaces.uts = given("uts")
    request.namespaces.cgroup = given("cgroupns")
    request.namespaces.user = given("userns")
    request.namespaces.uidMaps = options.list("uidmap")
    request.namespaces.gidMaps = options.list("gidmap")
    request.namespaces.subordinateUserName = given("subuidname")
    request.namespaces.subordinateGroupName = given("subgidname")
  }
}
