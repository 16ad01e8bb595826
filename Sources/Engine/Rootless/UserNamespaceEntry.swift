import LinuxSystem
import SystemPackage

/// How a command of an ordinary user gets into the user's own user and mount namespace, in place, while
/// it has one thread.
///
/// All commands of a user share one pair of namespaces, so that each sees the mounts of all. Each command
/// that is inside, each monitor and, once a container was started, a pause process has a file in a folder
/// of the user's run time; the next command joins whichever of them lives, and makes new namespaces where
/// none does — then nothing of the user's is mounted or runs.
public enum UserNamespaceEntry {
  static let configured = "_CONTAINERS_USERNS_CONFIGURED"

  /// Enters, unless this process is root or in there already.
  public static func enterIfNeeded(environment: [String: String]) throws {
    let uid = CurrentProcess.effectiveUserID
    guard uid != 0, environment[configured] == nil else { return }
    let user = try EngineUser(environment: environment)
    let members = try NamespaceMembers(user)
    let lock = try members.lock()
    if try !members.joinAny() {
      try makeNamespaces(user)
    }
    try members.add(CurrentProcess.id)
    withExtendedLifetime(lock) {}
    CurrentProcess.setEnvironmentVariable(EngineUser.uidVariable, String(user.uid))
    CurrentProcess.setEnvironmentVariable(EngineUser.gidVariable, String(user.gid))
    CurrentProcess.setEnvironmentVariable(configured, "done")
  }

  /// Makes a user namespace with the user as root and its subordinate numbers behind, and a mount
  /// namespace.
  private static func makeNamespaces(_ user: EngineUser) throws {
    let maps = try NumberMaps(user)
    // A child stays outside: only from there can the maps be written.
    var begin = try Pipe()
    var result = try Pipe()
    switch try Clone.clone() {
    case .child:
      begin.writing = nil
      result.reading = nil
      var ends: (begin: SharedDescriptor?, result: SharedDescriptor?)
      if let end = begin.reading.take() { ends.begin = SharedDescriptor(end) }
      if let end = result.writing.take() { ends.result = SharedDescriptor(end) }
      writeMaps(maps, of: CurrentProcess.parentID, ends.begin, ends.result)
    case .parent(let child):
      begin.reading = nil
      result.writing = nil
      try Namespaces.unshare([.user, .mount])
      if let writing = begin.writing.take() {
        try writing.lent.writeAll([1])
        try writing.close()
      }
      var message: [UInt8] = []
      if let reading = result.reading.take() {
        message = try reading.lent.readToEnd(limit: 4096)
      }
      _ = try child.wait()
      guard message.isEmpty else {
        throw EngineError.failed(
          "user namespace", reason: String(decoding: message, as: UTF8.self))
      }
      try CurrentProcess.becomeRoot()
    }
  }

  /// The child's part: never returns.
  private static func writeMaps(
    _ maps: NumberMaps, of process: ProcessID, _ beginEnd: SharedDescriptor?,
    _ resultEnd: SharedDescriptor?
  ) -> Never {
    do {
      if let beginEnd, try beginEnd.lent.readSome(limit: 1).isEmpty { CurrentProcess.exit(1) }
      try maps.write(process)
    } catch {
      try? resultEnd?.lent.writeAll("\(error)")
      CurrentProcess.exit(1)
    }
    withExtendedLifetime((beginEnd, resultEnd)) {}
    CurrentProcess.exit(0)
  }
}

/// The maps of a user's namespace: its own number as 0, the subordinate ones from 1 on.
private struct NumberMaps {
  let user: EngineUser
  let users: [SubordinateRange]
  let groups: [SubordinateRange]

  init(_ user: EngineUser) throws {
    self.user = user
    let bytes = (try? readFile("/etc/passwd", limit: 1 << 24)) ?? []
    let name = PasswordFile(bytes).name(ofUser: user.uid)
    let owners = [String(user.uid)] + (name.map { [$0] } ?? [])
    users = try SubordinateRange.ranges(in: "/etc/subuid", of: owners)
    groups = try SubordinateRange.ranges(in: "/etc/subgid", of: owners)
  }

  func write(_ process: ProcessID) throws {
    guard !users.isEmpty, !groups.isEmpty else {
      // Without subordinate numbers there is only the user, and no other group can be taken on.
      try write("setgroups", "deny", process)
      try write("gid_map", "0 \(user.gid) 1\n", process)
      try write("uid_map", "0 \(user.uid) 1\n", process)
      return
    }
    try run("newuidmap", process, own: user.uid, users)
    try run("newgidmap", process, own: user.gid, groups)
  }

  private func write(_ file: String, _ text: String, _ process: ProcessID) throws(SystemError) {
    let path = "/proc/\(process)/\(file)"
    let opened = try openFile(path, [.writeOnly])
    try opened.lent.writeAll(text, subject: path)
  }

  private func run(
    _ name: String, _ process: ProcessID, own: UInt32, _ ranges: [SubordinateRange]
  ) throws {
    let folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin", "/run/wrappers/bin"]
    guard
      let program = folders.map({ "\($0)/\(name)" }).first(where: {
        (try? checkExecutable($0)) != nil
      })
    else {
      throw EngineError.failed(
        name, reason: "it was not found; please install the package uidmap")
    }
    var arguments = [name, String(process), "0", String(own), "1"]
    var inside: UInt32 = 1
    for range in ranges {
      arguments += [String(inside), String(range.first), String(range.count)]
      inside = inside.addingReportingOverflow(range.count).partialValue
    }
    var pipe = try Pipe()
    guard let writing = pipe.writing.take(), let reading = pipe.reading.take() else { return }
    let child = try ProgramLaunch(program, arguments, descriptors: [2: writing.lent]).start()
    try writing.close()
    let message = try reading.lent.readToEnd(limit: 4096)
    let status = try child.wait().shellStatus
    guard status == 0 else {
      throw EngineError.program(
        name, status: status,
        message: String(decoding: message, as: UTF8.self).split(whereSeparator: \.isNewline).joined(
          separator: " ") + "; please look at the user's lines in /etc/subuid and /etc/subgid")
    }
  }
}
