import CommandLine
import Engine
import SystemPackage

/// `podman cp`.
enum ContainerCopy {
  static let command = PodmanCommand(
    "cp", "Copy files/folders between a container and the local filesystem",
    details:
      "Copy the contents of SRC_PATH to the DEST_PATH.\n\n"
      + "  You can copy from the container's file system to the local machine or the reverse, from the local "
      + "filesystem to the container. If \"-\" is specified for either the SRC_PATH or DEST_PATH, you can "
      + "also stream a tar archive from STDIN or to STDOUT. The CONTAINER can be a running or stopped "
      + "container. The SRC_PATH or DEST_PATH can be a file or a directory.",
    usage: "[CONTAINER:]SRC_PATH [CONTAINER:]DEST_PATH", arguments: .exactly(2),
    examples: [
      "/myapp/app.conf containerID:/myapp/app.conf", "containerID:/home/myuser/. ./files",
      "containerID:/etc - | tar t", "containerOne:/etc/hosts containerTwo:/tmp",
    ],
    completion: .names("containers"),
    options: {
      [
        Option(
          "archive", "a", .flag(default: true),
          "Chown copied files to the primary uid/gid of the destination container"),
        Option("extract", "Deprecated...", hidden: true),
        Option("overwrite", "Allow to overwrite directories with non-directories and vice versa"),
        Option("pause", nil, .flag(default: true), "Deprecated", hidden: true),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    var options = Containers.CopyOptions()
    options.givesOwnership = call.options.flag("archive")
    options.overwrites = call.options.flag("overwrite")
    guard call.arguments.count == 2 else { return 125 }
    let source = place(call.arguments[0], .standardInput)
    let target = place(call.arguments[1], .standardOutput)
    guard ![source, target].contains(where: \.hasNoPath) else {
      throw CommandFailure(
        "invalid arguments \(call.arguments.map(goQuoted).joined(separator: ", ")): you must specify "
          + "paths")
    }
    if case .archive = source, call.readsFromTerminal {
      throw CommandFailure("standard input is a terminal; please give a tar archive to it")
    }
    if case .archive = target, call.writesToTerminal {
      throw CommandFailure("refusing to copy an archive to a terminal; please redirect the output")
    }
    try call.engine.containers.copy(from: source, to: target, options)
    return 0
  }

  /// A word with a colon names a container, unless it begins as paths do.
  private static func place(_ word: String, _ stream: FileDescriptor) -> Containers.CopyPlace {
    if word == "-" { return .archive(stream) }
    guard !word.hasPrefix("/"), !word.hasPrefix("."), let colon = word.firstIndex(of: ":"),
      colon > word.startIndex
    else { return .host(word) }
    return .container(String(word[..<colon]), path: String(word[word.index(after: colon)...]))
  }
}

extension Containers.CopyPlace {
  /// Whether it names a container, or nothing, and no path.
  fileprivate var hasNoPath: Bool {
    switch self {
    case .host(let path), .container(_, let path): path.isEmpty
    case .archive: false
    }
  }
}
