import LinuxSystem
import RuntimeSpec

/// One entry of `mounts`, understood: what to make, and where.
struct PlannedMount {
  /// What is mounted.
  enum Kind: Equatable {
    /// A file or directory that is already in the tree.
    case bind(source: String)
    /// A file system of this type.
    case fileSystem(String)
    /// The container's own cgroups, as the host has them.
    case cgroup
  }

  /// Its place in `mounts`, for errors.
  let index: Int
  let kind: Kind
  /// What mount tables show first.
  let source: String
  let destination: String
  let options: MountOptions
  /// The mappings of an ID-mapped mount; empty for those of the container's user namespace.
  let uidMappings: [Spec.Linux.IDMapping]
  let gidMappings: [Spec.Linux.IDMapping]

  /// Whether the mount shows its owners by other numbers.
  let isIDMapped: Bool

  /// - Parameters:
  ///   - bundle: what a relative source of a bind mount is relative to.
  ///   - hasUserNamespace: whether the container has mappings that an ID-mapped mount can use.
  init(
    _ mount: Spec.Mount, index: Int, bundle: String, hasUserNamespace: Bool
  ) throws {
    self.index = index
    destination = mount.destination
    var options = MountOptions(mount.options ?? [])
    let type = mount.type ?? ""
    if type == "bind" { options.flags.insert(.bind) }
    self.options = options
    uidMappings = mount.uidMappings ?? []
    gidMappings = mount.gidMappings ?? []
    isIDMapped = options.idMapped != nil || mount.uidMappings != nil || mount.gidMappings != nil
    let given = mount.source ?? ""
    if options.isBind {
      guard !given.isEmpty else {
        throw RuntimeError.invalid(
          field: "mounts[\(index)].source", reason: "a bind mount needs one")
      }
      source = given.hasPrefix("/") ? given : "\(bundle)/\(given)"
      kind = .bind(source: source)
    } else {
      source = given
      kind = type == "cgroup" ? .cgroup : .fileSystem(type)
    }
    try checkNames(type)
    try checkOptions(hasUserNamespace: hasUserNamespace)
  }

  /// A mount that the runtime adds by itself.
  init(index: Int, kind: Kind, source: String, destination: String, options: MountOptions) {
    self.index = index
    self.kind = kind
    self.source = source
    self.destination = destination
    self.options = options
    uidMappings = []
    gidMappings = []
    isIDMapped = false
  }

  /// The file system's type; `bind` for what is none.
  var type: String {
    switch kind {
    case .bind: "bind"
    case .fileSystem(let type): type
    case .cgroup: "cgroup"
    }
  }

  /// The name of a field of this mount, for errors.
  func field(_ name: String) -> String { "mounts[\(index)].\(name)" }

  /// Whether this lies on /dev itself.
  var isOnDev: Bool { PlannedMount.components(destination) == ["dev"] }

  /// Whether it becomes read-only only after everything is in place: what is on a tmpfs, and the
  /// nodes and links of /dev, have to be made first.
  var becomesReadOnlyLate: Bool {
    options.flags.contains(.readOnly) && (kind == .fileSystem("tmpfs") || isOnDev)
  }

  static func components(_ path: String) -> [Substring] {
    path.pathComponents.filter { $0 != "." }
  }

  private func checkNames(_ type: String) throws {
    for (name, value) in [("destination", destination), ("source", source), ("type", type)] {
      guard !value.utf8.contains(0) else {
        throw RuntimeError.invalid(field: field(name), reason: "it holds a null byte")
      }
    }
    if PlannedMount.components(destination).isEmpty {
      throw RuntimeError.invalid(
        field: field("destination"), reason: "nothing can be mounted over the root itself")
    }
    if !options.isBind, type.isEmpty {
      throw RuntimeError.invalid(
        field: field("type"), reason: "it is missing, and the options hold neither bind nor rbind")
    }
  }

  private func checkOptions(hasUserNamespace: Bool) throws {
    let field = field("options")
    if let option = options.data.first(where: { $0.utf8.contains(0) }) {
      throw RuntimeError.invalid(field: field, reason: "\(quoted(option)) holds a null byte")
    }
    if options.isBind, let option = options.data.first {
      throw RuntimeError.invalid(
        field: field,
        reason: "a bind mount takes no option of a file system, and \(quoted(option)) is no other")
    }
    if options.copiesUp, kind != .fileSystem("tmpfs") {
      throw RuntimeError.invalid(field: field, reason: "tmpcopyup is only for a tmpfs")
    }
    guard isIDMapped else { return }
    guard options.isBind else {
      throw RuntimeError.invalid(field: field, reason: "only a bind mount can be ID-mapped")
    }
    guard uidMappings.isEmpty == gidMappings.isEmpty else {
      throw RuntimeError.invalid(
        field: self.field(uidMappings.isEmpty ? "uidMappings" : "gidMappings"),
        reason: "an ID-mapped mount needs mappings of users and of groups")
    }
    if uidMappings.isEmpty, !hasUserNamespace {
      throw RuntimeError.invalid(
        field: self.field("uidMappings"),
        reason: "they are missing, and there is no user namespace to take them from")
    }
  }
}
