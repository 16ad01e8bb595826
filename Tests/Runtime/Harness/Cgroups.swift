import Foundation

/// The cgroup hierarchies of the machine, found by looking.
enum Cgroups {
  struct Hierarchy {
    /// Where it is mounted, and which of its folders is seen there.
    let point: String
    let root: String
    /// The controllers of a v1 hierarchy; for v2 those that its root offers.
    let controllers: [String]
    let isUnified: Bool
  }

  static let hierarchies: [Hierarchy] = {
    let lines = text("/proc/self/mountinfo").split(separator: "\n")
    return lines.compactMap { line in
      let fields = line.split(separator: " ").map(String.init)
      guard let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count else { return nil }
      let (root, point) = (fields[3], fields[4])
      switch fields[dash + 1] {
      case "cgroup":
        let controllers = fields[dash + 3].split(separator: ",").map(String.init)
        return Hierarchy(point: point, root: root, controllers: controllers, isUnified: false)
      case "cgroup2":
        let controllers = text(point + "/cgroup.controllers").split { $0.isWhitespace }
        return Hierarchy(
          point: point, root: root, controllers: controllers.map(String.init), isUnified: true)
      default: return nil
      }
    }
  }()

  /// Whether the whole machine has v2 alone.
  static let isUnified = hierarchies.allSatisfy(\.isUnified) && !hierarchies.isEmpty

  static func hierarchy(of controller: String) -> Hierarchy? {
    hierarchies.first { $0.controllers.contains(controller) && $0.isUnified == isUnified }
  }

  static func has(_ controller: String) -> Bool {
    // On v2 these are not controllers, and always there.
    if isUnified && ["devices", "freezer"].contains(controller) { return true }
    return hierarchy(of: isUnified && controller == "cpuacct" ? "cpu" : controller) != nil
  }

  /// The folder of process `pid` for `controller` (on v2 one for all).
  static func folder(of pid: pid_t, controller: String) -> String? {
    let unified = isUnified
    guard let hierarchy = unified ? hierarchies.first : hierarchy(of: controller) else {
      return nil
    }
    for line in text("/proc/\(pid)/cgroup").split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let names = fields[1].split(separator: ",").map(String.init)
      if unified ? fields[0] == "0" : names.contains(where: hierarchy.controllers.contains) {
        let path = String(fields[2])
        let below = hierarchy.root == "/" ? path : String(path.dropFirst(hierarchy.root.count))
        return hierarchy.point + below
      }
    }
    return nil
  }

  /// All folders of this name, in any hierarchy.
  static func folders(named name: String) -> [String] {
    hierarchies.flatMap { hierarchy in
      below(hierarchy.point, depth: 4).filter { $0.hasSuffix("/" + name) }
    }
  }

  private static func below(_ folder: String, depth: Int) -> [String] {
    guard depth > 0, let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return [] }
    // In these file systems only folders have more than one link.
    return names.filter { !$0.contains(".") && isFolder("\(folder)/\($0)") }.flatMap { name in
      ["\(folder)/\(name)"] + below("\(folder)/\(name)", depth: depth - 1)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Kills what is in the cgroups called `name`, and removes them.
  static func remove(named name: String) {
    for folder in folders(named: name) { removeTree(folder) }
  }

  private static func removeTree(_ folder: String) {
    for child in below(folder, depth: 1) { removeTree(child) }
    _ = eventually(1) {
      for pid in text(folder + "/cgroup.procs").split(separator: "\n").compactMap({ pid_t($0) })
      where pid > 1 {
        kill(pid, SIGKILL)
      }
      return rmdir(folder) == 0 || errno == ENOENT
    }
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}

extension Container {
  /// The contents of a file of the container's cgroup, named as v1 and as v2 call it.
  func cgroupFile(_ controller: String, v1: String, v2: String) throws -> String {
    guard let folder = Cgroups.folder(of: try pid(), controller: controller) else {
      throw HarnessError("no cgroup of \(controller)")
    }
    let path = folder + "/" + (Cgroups.isUnified ? v2 : v1)
    return try String(contentsOfFile: path, encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
