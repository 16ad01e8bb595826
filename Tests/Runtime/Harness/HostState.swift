import Foundation

/// The mounts of the tests' own namespace.
enum HostMounts {
  struct Mount: Equatable {
    let root: String
    let point: String
    let options: String
    let type: String
  }

  static func read(_ path: String = "/proc/self/mountinfo") -> [Mount] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
      else { return nil }
      return Mount(
        root: fields[3], point: fields[4], options: fields[5], type: fields[dash + 1])
    }
  }

  static func points(below folder: String) -> [String] {
    read().map(\.point).filter { $0.hasPrefix(folder) }
  }

  /// All mounts but those where engines and other tests put theirs at any time.
  static var outsideOfTests: [Mount] {
    read().filter { mount in
      !["/tmp/", "/run/", "/var/"].contains { mount.point.hasPrefix($0) }
    }
  }
}

/// What a container may have left on the host.
enum Remains {
  /// A line for each thing that `id`, whose bundle lies in `fixture`, has left behind.
  static func of(_ id: String, in fixture: Fixture) throws -> [String] {
    var found: [String] = []
    if FileManager.default.fileExists(atPath: "\(fixture.runtime.root)/\(id)") {
      found.append("state folder of \(id)")
    }
    let state = try fixture.execute(["state", id])
    if state.status == 0 { found.append("state: \(state.stdout)") }
    let list = try fixture.execute(["list", "--quiet"])
    if list.words.contains(id) { found.append("\(id) in the list") }
    found += Cgroups.folders(named: id).map { "cgroup \($0)" }
    found += HostMounts.points(below: fixture.folder).map { "mount \($0)" }
    found += processes(of: id, in: fixture)
    return found
  }

  /// The processes that are in the container's cgroups, see its file system or name it.
  static func processes(of id: String, in fixture: Fixture) -> [String] {
    let own = link("/proc/self/ns/mnt")
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.filter { $0 != getpid() }.compactMap { pid in
      let command = read("/proc/\(pid)/cmdline").replacingOccurrences(of: "\0", with: " ")
      if command.contains(id) || read("/proc/\(pid)/cgroup").contains(id) {
        return "process \(pid): \(command)"
      }
      if link("/proc/\(pid)/ns/mnt") != own,
        read("/proc/\(pid)/mountinfo").contains(fixture.folder)
      {
        return "process \(pid) with mounts of the bundle: \(command)"
      }
      return nil
    }
  }

  /// As `of`, but gives the kernel a moment to take away what has ended.
  static func lasting(of id: String, in fixture: Fixture) throws -> [String] {
    var found: [String] = []
    _ = try eventually(10) {
      found = try of(id, in: fixture)
      return found.isEmpty
    }
    return found
  }
}

private func link(_ path: String) -> String {
  (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? ""
}

private func read(_ path: String) -> String {
  (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
}
