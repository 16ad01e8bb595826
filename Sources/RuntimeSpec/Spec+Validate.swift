import JSON

extension Spec {
  /// Checks the document against the specification, and against what no runtime on Linux can do.
  ///
  /// What depends on the machine is left to who runs it: whether files exist, what the kernel has,
  /// whether a namespace to join is the runtime's own.
  ///
  /// - Parameter needsProcess: whether a program is to be started, as it nearly always is.
  /// - Throws: the first problem, with the name of its field.
  public func validate(needsProcess: Bool = true) throws(SpecProblem) {
    try validateVersion()
    guard let root else { throw SpecProblem("root", "is missing, give it a path") }
    try requireText(root.path, "root.path")
    if let process {
      try process.validate("process")
    } else if needsProcess {
      throw SpecProblem("process", "is missing, tell which program to run")
    }
    let namespaces = linux?.namespaces ?? []
    let hasUTS = namespaces.contains { $0.type == .uts }
    for (name, value) in [("hostname", hostname), ("domainname", domainname)] {
      try refuseNUL(value, name)
      guard let value, !value.isEmpty else { continue }
      if !hasUTS {
        throw SpecProblem(
          name, "cannot be set in the host's UTS namespace, add one of type uts")
      }
      if value.utf8.count > 64 { throw SpecProblem(name, "is longer than 64 bytes, shorten it") }
    }
    for (index, mount) in (mounts ?? []).enumerated() {
      try mount.validate(
        "mounts[\(index)]", hasUserNamespace: namespaces.contains { $0.type == .user })
    }
    try hooks?.validate()
    if annotations?.keys.contains("") ?? false {
      throw SpecProblem("annotations", "an annotation has an empty name, give it one")
    }
    try linux?.validate()
  }

  /// What is accepted although it should not be there; each is worth a warning.
  public var warnings: [SpecProblem] {
    var warnings: [SpecProblem] = []
    for (index, mount) in (mounts ?? []).enumerated() where !mount.destination.hasPrefix("/") {
      warnings.append(
        SpecProblem(
          "mounts[\(index)].destination",
          "\(quoted(mount.destination)) is not absolute, it is taken as relative to /"))
    }
    return warnings
  }

  /// `MAJOR.MINOR.PATCH` with an optional pre-release and build (semver.org 2.0.0), of major 1.
  private func validateVersion() throws(SpecProblem) {
    let number = ociVersion.prefix { $0 != "-" && $0 != "+" }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    let isSemantic =
      parts.count == 3
      && parts.allSatisfy { part in
        !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
          && (part == "0" || part.first != "0")
      }
      && ociVersion.utf8.dropFirst(number.utf8.count).allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
      }
    guard isSemantic else {
      throw SpecProblem(
        "ociVersion", "\(quoted(ociVersion)) is not a version, write it in the form 1.3.0")
    }
    guard parts[0] == "1" else {
      throw SpecProblem(
        "ociVersion", "version \(quoted(ociVersion)) is not supported, only 1.x is")
    }
  }
}

extension Spec.Mount {
  func validate(_ field: String, hasUserNamespace: Bool) throws(SpecProblem) {
    try requireText(destination, "\(field).destination")
    try refuseNUL(type, "\(field).type")
    try refuseNUL(source, "\(field).source")
    for (index, option) in (options ?? []).enumerated() {
      try refuseNUL(option, "\(field).options[\(index)]")
    }
    let options = options ?? []
    let isMapped = options.contains("idmap") || options.contains("ridmap")
    if uidMappings == nil && gidMappings == nil {
      if isMapped && !hasUserNamespace {
        throw SpecProblem(
          field, "an ID-mapped mount needs uidMappings and gidMappings, or a user namespace")
      }
    } else {
      guard let uids = uidMappings, let gids = gidMappings, !uids.isEmpty, !gids.isEmpty else {
        throw SpecProblem(
          field, "has one of uidMappings and gidMappings, give it both or neither")
      }
      try validateMappings(uids, "\(field).uidMappings")
      try validateMappings(gids, "\(field).gidMappings")
    }
    if isMapped || uidMappings != nil, !options.contains("bind"), !options.contains("rbind") {
      throw SpecProblem(field, "only bind mounts can be ID-mapped, add the option bind or rbind")
    }
  }
}

extension Spec.Hooks {
  func validate() throws(SpecProblem) {
    let points = [
      ("prestart", prestart), ("createRuntime", createRuntime),
      ("createContainer", createContainer), ("startContainer", startContainer),
      ("poststart", poststart), ("poststop", poststop),
    ]
    for (point, hooks) in points {
      for (index, hook) in (hooks ?? []).enumerated() {
        let field = "hooks.\(point)[\(index)]"
        try requireAbsolute(hook.path, "\(field).path")
        for (index, text) in (hook.args ?? []).enumerated() {
          try refuseNUL(text, "\(field).args[\(index)]")
        }
        for (index, text) in (hook.env ?? []).enumerated() {
          try refuseNUL(text, "\(field).env[\(index)]")
        }
        if let timeout = hook.timeout, timeout <= 0 {
          throw SpecProblem("\(field).timeout", "is \(timeout), give it a second at least")
        }
      }
    }
  }
}
