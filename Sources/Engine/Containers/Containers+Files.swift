import EngineConfig
import LinuxSystem
import RuntimeSpec
import SystemPackage

extension ContainerPreparation {
  /// Writes /etc/hosts, /etc/resolv.conf, /etc/hostname and /run/.containerenv, and lines for the user.
  mutating func writeFiles(_ root: borrowing RootDirectory) throws {
    try write("containerenv", to: "/run/.containerenv", environmentText)
    if case .container(let id) = record.namespaces.network {
      // Who shares a network shares its names.
      let other = ContainerFolders(id, engine).run
      for (name, place) in [("hosts", "/etc/hosts"), ("resolv.conf", "/etc/resolv.conf")]
      where isFree(place) && (try? openFile("\(other)/\(name)", [.path])) != nil {
        context.files.append((source: "\(other)/\(name)", destination: place))
      }
    } else {
      if !record.network.keepsHosts { try write("hosts", to: "/etc/hosts", try hostsText(root)) }
      // Without a network there is nobody to ask: the file is the image's.
      if !record.network.keepsResolver, record.namespaces.network != .none {
        try write("resolv.conf", to: "/etc/resolv.conf", resolverText())
      }
    }
    if !record.network.keepsHostName {
      try write("hostname", to: "/etc/hostname", context.hostname + "\n")
    }
    try writeUserLines(root)
    try setTimeZone()
    try linkMountTable(root)
  }

  /// Programs that ask /etc/mtab for the mounts get the kernel's table, where the image has no such file. A
  /// folder of the host that serves as root stays as it is.
  private func linkMountTable(_ root: borrowing RootDirectory) throws {
    guard record.rootfs == nil, let folder = try? root.resolve("/etc") else { return }
    do throws(SystemError) {
      try folder.lent.makeLink("mtab", to: "/proc/mounts")
      let (uid, gid) = (hostID(0, users: true), hostID(0, users: false))
      guard uid != 0 || gid != 0 else { return }
      let link = try folder.lent.open("mtab", [.path, .noFollow])
      try link.lent.changeOwner(uid: uid, gid: gid, subject: "/etc/mtab")
    } catch {
      if ![.fileExists, .notDirectory, .readOnlyFileSystem].contains(error.errno) { throw error }
    }
  }

  /// Writes /etc/hosts and /etc/resolv.conf anew, in place, so that mounts of them see it.
  mutating func rewriteNames() throws {
    let root = RootDirectory(try openFile(context.root, [.path, .directory]))
    let folder = try openFile(folders.run, [.readOnly, .directory])
    for (name, text, keeps) in [
      ("hosts", try hostsText(root), record.network.keepsHosts),
      ("resolv.conf", resolverText(), record.network.keepsResolver),
    ] where !keeps && folder.lent.contains(name) {
      let file = try folder.lent.open(name, [.writeOnly, .truncate, .noFollow])
      try file.lent.writeAll(text, subject: name)
    }
  }

  private func isFree(_ place: String) -> Bool {
    !record.mounts.contains { $0.destination == place }
  }

  private mutating func write(_ name: String, to place: String, _ text: String) throws {
    guard isFree(place) else { return }
    let folder = try openFile(folders.run, [.readOnly, .directory])
    let file = try folder.lent.open(name, [.writeOnly, .create, .truncate, .noFollow], mode: 0o644)
    try file.lent.writeAll(text, subject: name)
    let (uid, gid) = (hostID(0, users: true), hostID(0, users: false))
    if uid != 0 || gid != 0 { try file.lent.changeOwner(uid: uid, gid: gid, subject: name) }
    context.files.append((source: "\(folders.run)/\(name)", destination: place))
    for folder in record.chrootFolders where place.hasPrefix("/etc/") {
      context.files.append((source: "\(folders.run)/\(name)", destination: folder + place))
    }
  }

  /// What a program inside may know of its container; nothing for one that is not privileged.
  private var environmentText: String {
    guard record.security.isPrivileged else { return "" }
    return """
      engine="podman-\(EngineConfiguration.version)"
      name="\(record.name)"
      id="\(record.id)"
      image="\(record.imageName)"
      imageid="\(record.imageID)"
      rootless=\(context.isRootless ? 1 : 0)

      """
  }

  private func hostsText(_ root: borrowing RootDirectory) throws -> String {
    var imageHosts: [UInt8] = []
    if record.network.hostsFile == "image" {
      imageHosts = try ContainerUser.contents(of: "/etc/hosts", in: root) ?? []
    }
    return try engine.networks.hostsFile(
      record, statuses: statuses, imageHosts: String(decoding: imageHosts, as: UTF8.self),
      userModeHost: userModeHost)
  }

  private func resolverText() -> String {
    engine.networks.resolvConf(record, statuses: statuses, userModeServers: userModeServers)
  }

  // MARK: Users

  /// Lines for a user or group that the container's files do not know, in copies of these files.
  private mutating func writeUserLines(_ root: borrowing RootDirectory) throws {
    guard record.addsUserLines else { return }
    let user = context.user
    var lines: [String] = []
    for name in record.hostUsers {
      guard let line = Self.hostLine("/etc/passwd", name) else {
        throw EngineError.failed("--hostuser \(name)", reason: "the host has no such user")
      }
      let own = line.prefix { $0 != ":" }
      let isThere = try ContainerUser.entries("/etc/passwd", in: root).contains {
        $0.first == String(own)
      }
      if !isThere { lines.append(line) }
    }
    if !user.isKnown, user.uid != 0 {
      let standard =
        "\(user.uid):*:\(user.uid):\(user.gid):container user:\(user.home):/bin/sh"
      lines.append(Self.expanded(record.passwdEntry, user, record) ?? standard)
    }
    if !lines.isEmpty, let passwd = try ContainerUser.contents(of: "/etc/passwd", in: root) {
      try write(
        "passwd", to: "/etc/passwd", Self.appended(passwd, lines))
    }
    if !user.isGroupKnown, user.gid != 0,
      let group = try ContainerUser.contents(of: "/etc/group", in: root)
    {
      let line = Self.expanded(record.groupEntry, user, record) ?? "\(user.gid):x:\(user.gid):"
      try write("group", to: "/etc/group", Self.appended(group, [line]))
    }
  }

  private static func appended(_ file: [UInt8], _ lines: [String]) -> String {
    var text = String(decoding: file, as: UTF8.self)
    if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
    return text + lines.joined(separator: "\n") + "\n"
  }

  /// `$USERNAME`, `$UID`, `$GID`, `$NAME`, `$HOME` in an entry that was asked for.
  private static func expanded(
    _ entry: String?, _ user: ContainerUser, _ record: ContainerRecord
  ) -> String? {
    guard var text = entry else { return nil }
    let values = [
      ("$USERNAME", String(user.uid)), ("$GROUPNAME", String(user.gid)), ("$UID", String(user.uid)),
      ("$GID", String(user.gid)), ("$USERLIST", ""), ("$NAME", record.name), ("$HOME", user.home),
    ]
    for (name, value) in values { text = text.replacingAll(name, with: value) }
    return text
  }

  private static func hostLine(_ path: String, _ name: String) -> String? {
    guard let bytes = try? readFile(path, limit: 1 << 24) else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first {
      let fields = $0.split(separator: ":", omittingEmptySubsequences: false)
      return fields.count > 6 && (fields[0] == name || fields[2] == name)
    }.map(String.init)
  }

  // MARK: The time zone

  private mutating func setTimeZone() throws {
    guard let zone = record.process.timeZone, !zone.isEmpty, isFree("/etc/localtime") else {
      return
    }
    let path: String
    if zone == "local" {
      path = "/etc/localtime"
    } else {
      guard !zone.pathComponents.contains("..") else {
        throw EngineError.invalid(option: "--tz", value: zone, reason: "there is no such zone")
      }
      path = "/usr/share/zoneinfo/\(zone)"
    }
    let data: [UInt8]
    do {
      data = try readRegularFile(path, limit: 1 << 20)
    } catch {
      throw EngineError.invalid(option: "--tz", value: zone, reason: "\(error)")
    }
    let folder = try openFile(folders.run, [.readOnly, .directory])
    try folder.lent.replaceFile("localtime", contents: data, mode: 0o644)
    context.files.append((source: "\(folders.run)/localtime", destination: "/etc/localtime"))
  }
}

extension String {
  fileprivate func replacingAll(_ word: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(word) {
        result += other
        rest = rest.dropFirst(word.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }
}
