import Glibc
public import LinuxSystem

/// Where this project's programs find each other, and the programs of others that they run.
///
/// They are installed as `bin` beside `libexec/podman`, so each finds the others from where it
/// stands itself, wherever that is: below /usr, /usr/local or a build folder. What is not there is
/// looked for where containers.conf says. The own come first, because programs of one version speak
/// to each other.
public struct ProgramFolders: Equatable, Sendable {
  /// The folders, in the order in which they are searched.
  public let searched: [String]

  /// The folders for a running program.
  ///
  /// - Parameters:
  ///   - executable: its own absolute path with no link in it (`runningExecutable()`).
  ///   - helperFolders: `ContainersConf.helperFolders`.
  public init(executable: String, helperFolders: [String]) {
    let own = Self.parent(of: executable)
    let parent = Self.parent(of: own)
    var folders = [own]
    if own.hasSuffix("/bin") {
      folders.append(parent == "/" ? "/libexec/podman" : parent + "/libexec/podman")
    } else if own.hasSuffix("/libexec/podman") {
      folders.append(Self.parent(of: parent) + (Self.parent(of: parent) == "/" ? "bin" : "/bin"))
    }
    for folder in helperFolders {
      let path =
        folder == "$BINDIR" || folder.hasPrefix("$BINDIR/")
        ? own + folder.dropFirst("$BINDIR".count) : folder
      // A relative entry would mean another folder in each working directory.
      if path.hasPrefix("/"), !folders.contains(path) { folders.append(path) }
    }
    searched = folders
  }

  /// The path of a program.
  ///
  /// - Throws: `MissingProgram` where none of the folders holds it.
  public func path(of program: String) throws(MissingProgram) -> String {
    guard !program.isEmpty, !program.contains("/"),
      let found = searched.map({ "\($0)/\(program)" }).first(where: isExecutableFile)
    else { throw MissingProgram(name: program, searched: searched) }
    return found
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}

/// A program that stands in none of the places where it is looked for.
public struct MissingProgram: Error, Equatable, Sendable {
  /// The program's file name.
  public var name: String
  /// The folders that do not hold it, in the order in which they were searched.
  public var searched: [String]

  public init(name: String, searched: [String]) {
    self.name = name
    self.searched = searched
  }
}

extension MissingProgram: CustomStringConvertible {
  public var description: String {
    "\(name) was not found in \(searched.joined(separator: ", ")); please install it there, or name "
      + "its folder in helper_binaries_dir under [engine] of containers.conf"
  }
}

/// The path of the running program, links resolved: /proc/self/exe, proc_pid_exe(5).
public func runningExecutable() throws(SystemError) -> String {
  try linkTarget(of: "/proc/self/exe")
}

private func isExecutableFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
}
