import LinuxSystem
import SystemPackage

/// One mount of overlayfs: its folders as absolute paths, and its options.
struct OverlayMount {
  /// The topmost first.
  var lowers: [String]
  /// The writable folder; nil for a mount that is only read.
  var upper: String?
  var work: String
  var options: [String]
  /// SELinux's label for all files.
  var label: String?

  /// What mount(2) takes as options is less than a page.
  private static let longestData = 4095

  /// Mounts natively. Absolute paths where they fit, for whoever reads the table of mounts; else paths
  /// relative to `home`; where even these are too long, one option at a time (Linux 6.7).
  func mount(on mountPoint: String, home: String) throws {
    let (flags, rest) = Self.split(options)
    let isSpecial = ([upper ?? "", work] + lowers).contains { path in
      path.utf8.contains {
        [UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\\")].contains($0)
      }
    }
    let absolute = data(rest) { $0 }
    if !isSpecial, absolute.utf8.count <= Self.longestData {
      return try LinuxSystem.mount(
        "overlay", on: mountPoint, type: "overlay", flags, data: absolute)
    }
    let relative = data(rest) { shortened($0, home) }
    if relative.utf8.count <= Self.longestData {
      return try inFolder(home) {
        try LinuxSystem.mount(
          "overlay", on: mountPoint, type: "overlay", flags, data: relative)
      }
    }
    try mountPiecemeal(on: mountPoint, home: home, flags, rest)
  }

  /// Runs the mount program, which takes the same options.
  func mount(
    with program: String, on mountPoint: String, home: String, mappings: IDMappings
  ) throws {
    var rest = options
    func text(_ map: [IDMap]) -> String {
      map.map { "\($0.containerID):\($0.hostID):\($0.size)" }.joined(separator: ":")
    }
    if !mappings.users.isEmpty { rest.append("uidmapping=\(text(mappings.users))") }
    if !mappings.groups.isEmpty { rest.append("gidmapping=\(text(mappings.groups))") }
    try runProgram(program, ["-o", data(rest) { $0 }, mountPoint], in: home)
  }

  private func data(_ rest: [String], path: (String) -> String) -> String {
    var parts = ["lowerdir=" + lowers.map(path).joined(separator: ":")]
    if let upper { parts += ["upperdir=\(path(upper))", "workdir=\(path(work))"] }
    parts += rest
    if let label, !label.isEmpty { parts.append("context=\"\(label)\"") }
    return parts.joined(separator: ",")
  }

  private func shortened(_ path: String, _ home: String) -> String {
    path.hasPrefix(home + "/") ? String(path.dropFirst(home.count + 1)) : path
  }

  private func mountPiecemeal(
    on mountPoint: String, home: String, _ flags: MountFlags, _ rest: [String]
  ) throws {
    let descriptor = try inFolder(home) { () throws -> SharedDescriptor in
      let context = try FileSystemContext(type: "overlay")
      for lower in lowers { try context.set("lowerdir+", to: shortened(lower, home)) }
      if let upper {
        try context.set("upperdir", to: shortened(upper, home))
        try context.set("workdir", to: shortened(work, home))
      }
      for option in rest {
        if let equals = option.firstIndex(of: "=") {
          try context.set(
            String(option[..<equals]), to: String(option[option.index(after: equals)...]))
        } else {
          try context.set(option)
        }
      }
      if let label, !label.isEmpty { try context.set("context", to: label) }
      return SharedDescriptor(try context.mount(MountAttributes(flags)))
    }
    try descriptor.lent.attachMount(toPath: mountPoint)
  }

  /// Runs a call with another current folder.
  private func inFolder<Result>(_ folder: String, _ body: () throws -> Result) throws -> Result {
    let previous = try openFile(".", [.path, .directory])
    try CurrentProcess.changeDirectory(to: folder)
    defer { try? CurrentProcess.changeDirectory(to: previous.lent) }
    return try body()
  }

  /// Tells the options of all mounts, which are flags, from those of overlayfs.
  static func split(_ options: [String]) -> (MountFlags, [String]) {
    var flags: MountFlags = []
    var rest: [String] = []
    for option in options {
      switch option {
      case "ro": flags.insert(.readOnly)
      case "rw": flags.remove(.readOnly)
      case "nodev": flags.insert(.noDevices)
      case "dev": flags.remove(.noDevices)
      case "nosuid": flags.insert(.noSetUserID)
      case "suid": flags.remove(.noSetUserID)
      case "noexec": flags.insert(.noExecution)
      case "exec": flags.remove(.noExecution)
      case "noatime": flags.insert(.noAccessTime)
      case "nodiratime": flags.insert(.noDirectoryAccessTime)
      case "relatime": flags.insert(.relativeAccessTime)
      case "strictatime": flags.insert(.strictAccessTime)
      case "sync": flags.insert(.synchronous)
      case "dirsync": flags.insert(.synchronousDirectories)
      case "defaults", "": break
      default: rest.append(option)
      }
    }
    return (flags, rest)
  }
}
