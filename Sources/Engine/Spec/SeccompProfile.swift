import JSON
import RuntimeSpec

/// A seccomp profile as containers-common and Docker write it: rules with conditions, from which a
/// container's filter is made once its capabilities are known.
struct SeccompProfile: JSONObject {
  var defaultAction = Spec.Linux.Seccomp.Action.errno
  var defaultErrnoRet: UInt?
  var architectures: [Spec.Linux.Seccomp.Architecture]?
  var architectureMap: [ArchitectureEntry]?
  var flags: [Spec.Linux.Seccomp.Flag]?
  var listenerPath: String?
  var listenerMetadata: String?
  var rules: [Rule]?

  static var blank: Self { Self() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("defaultAction", &defaultAction)
    try object.member("defaultErrnoRet", &defaultErrnoRet)
    try object.member("architectures", &architectures)
    try object.member("archMap", &architectureMap)
    try object.member("flags", &flags)
    try object.member("listenerPath", &listenerPath)
    try object.member("listenerMetadata", &listenerMetadata)
    try object.member("syscalls", &rules)
  }

  /// An architecture and those that its kernel runs as well.
  struct ArchitectureEntry: JSONObject {
    var architecture = ""
    var subArchitectures: [String]?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("architecture", &architecture)
      try object.member("subArchitectures", &subArchitectures)
    }
  }

  /// What a rule depends on.
  struct Condition: JSONObject {
    var capabilities: [String]?
    var architectures: [String]?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("caps", &capabilities)
      try object.member("arches", &architectures)
    }
  }

  /// An action for some system calls.
  struct Rule: JSONObject {
    var name: String?
    var names: [String]?
    var action = Spec.Linux.Seccomp.Action.allow
    var errnoRet: UInt?
    var arguments: [Spec.Linux.Seccomp.Argument]?
    var includes: Condition?
    var excludes: Condition?

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("name", &name)
      try object.member("names", &names)
      try object.member("action", &action)
      try object.member("errnoRet", &errnoRet)
      try object.member("args", &arguments)
      try object.member("includes", &includes)
      try object.member("excludes", &excludes)
    }
  }

  /// The machine's name in conditions and in the map.
  #if arch(arm64)
    static let machine = "arm64"
    static let machineArchitecture = "SCMP_ARCH_AARCH64"
  #else
    static let machine = "amd64"
    static let machineArchitecture = "SCMP_ARCH_X86_64"
  #endif

  /// The filter for a container with these capabilities.
  ///
  /// - Parameter refusesUnsafeSockets: whether sockets of the families AF_ALG and AF_VSOCK are refused:
  ///   they reach code of the kernel, and the hypervisor, that no namespace holds back.
  func filter(
    capabilities: Set<String>, refusesUnsafeSockets: Bool
  ) -> Spec.Linux.Seccomp {
    var names = architectures?.map(\.rawValue) ?? []
    for entry in architectureMap ?? [] where entry.architecture == Self.machineArchitecture {
      names.append(entry.architecture)
      names += entry.subArchitectures ?? []
    }
    var filter = Spec.Linux.Seccomp(
      defaultAction: defaultAction, defaultErrnoRet: defaultErrnoRet,
      architectures: names.compactMap { Spec.Linux.Seccomp.Architecture(rawValue: $0) },
      flags: flags, listenerPath: listenerPath, listenerMetadata: listenerMetadata)
    var syscalls: [Spec.Linux.Seccomp.Syscall] = []
    for rule in rules ?? [] where applies(rule, capabilities) {
      let arguments = rule.arguments.flatMap { $0.isEmpty ? nil : $0 }
      let called = rule.names ?? rule.name.map { [$0] } ?? []
      let others = refusesUnsafeSockets ? called.filter { $0 != "socket" } : called
      if !others.isEmpty {
        syscalls.append(
          .init(names: others, action: rule.action, errnoRet: rule.errnoRet, args: arguments))
      }
      if refusesUnsafeSockets, called.contains("socket") {
        syscalls += Self.safeSockets(rule, arguments ?? [])
      }
    }
    filter.syscalls = syscalls
    return filter
  }

  private func applies(_ rule: Rule, _ capabilities: Set<String>) -> Bool {
    if let includes = rule.includes {
      if let wanted = includes.architectures, !wanted.isEmpty, !wanted.contains(Self.machine) {
        return false
      }
      if let wanted = includes.capabilities, !wanted.allSatisfy(capabilities.contains) {
        return false
      }
    }
    if let excludes = rule.excludes {
      if excludes.architectures?.contains(Self.machine) ?? false { return false }
      if excludes.capabilities?.contains(where: capabilities.contains) ?? false { return false }
    }
    return true
  }

  /// A rule that allows sockets, for all families but AF_ALG (38) and AF_VSOCK (40): the kernel compares
  /// one argument once, so that the rule becomes one for each range of families between them.
  private static func safeSockets(
    _ rule: Rule, _ arguments: [Spec.Linux.Seccomp.Argument]
  ) -> [Spec.Linux.Seccomp.Syscall] {
    guard rule.action == .allow, !arguments.contains(where: { $0.index == 0 && $0.op == .equal })
    else {
      return [
        .init(
          names: ["socket"], action: rule.action, errnoRet: rule.errnoRet,
          args: arguments.isEmpty ? nil : arguments)
      ]
    }
    var ranges: [[Spec.Linux.Seccomp.Argument]] = [
      [.init(index: 0, value: 38, op: .lessThan)], [.init(index: 0, value: 39, op: .equal)],
      [.init(index: 0, value: 40, op: .greaterThan)],
    ]
    if let family = arguments.first(where: { $0.index == 0 && $0.op == .notEqual })?.value {
      // All but one family: below it, and between it and the first refused one.
      ranges = [
        [.init(index: 0, value: family, op: .lessThan)],
        [.init(index: 0, value: 39, op: .equal)],
        [.init(index: 0, value: 40, op: .greaterThan)],
      ]
      if family < 37 {
        for between in (family + 1)...37 {
          ranges.append([.init(index: 0, value: between, op: .equal)])
        }
      }
    }
    return ranges.map { range in
      .init(
        names: ["socket"], action: .allow, errnoRet: nil,
        args: range + arguments.filter { $0.index != 0 })
    }
  }
}
