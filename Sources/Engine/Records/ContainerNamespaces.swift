public import JSON
public import RuntimeSpec

/// Where a container's namespaces come from.
public struct ContainerNamespaces: JSONObject, Equatable, Sendable {
  typealias Mapping = Spec.Linux.IDMapping

  public var pid = NamespaceMode.private
  public var ipc = NamespaceMode.shareable
  public var uts = NamespaceMode.private
  public var cgroup = NamespaceMode.private
  public var network = NamespaceMode.private
  public var user = NamespaceMode.host
  /// The numbers of a user namespace of its own, as decided; empty where it has none.
  public var uidMappings: [Spec.Linux.IDMapping] = []
  public var gidMappings: [Spec.Linux.IDMapping] = []

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("pid", &pid, standard: .private)
    try object.member("ipc", &ipc, standard: .shareable)
    try object.member("uts", &uts, standard: .private)
    try object.member("cgroup", &cgroup, standard: .private)
    try object.member("network", &network, standard: .private)
    try object.member("user", &user, standard: .host)
    try object.member("uidMappings", &uidMappings, standard: [])
    try object.member("gidMappings", &gidMappings, standard: [])
  }

  /// The containers whose namespaces are joined.
  public var containers: [String] {
    [pid, ipc, uts, cgroup, network, user].compactMap {
      if case .container(let id) = $0 { id } else { nil }
    }
  }
}
