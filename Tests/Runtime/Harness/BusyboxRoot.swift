import Foundation

/// A small root file system: a static busybox, the probe, and the folders that programs expect.
enum BusyboxRoot {
  static let program = "/bin/busybox"

  private static let applets = [
    "ash", "awk", "basename", "cat", "chgrp", "chmod", "chown", "cmp", "cp", "cut", "date", "dd",
    "df", "dirname", "echo", "env", "expr", "false", "find", "free", "grep", "head", "hostname",
    "id", "ifconfig", "ionice", "ip", "kill", "ln", "ls", "mkdir", "mkfifo", "mknod", "mount", "mv",
    "nc",
    "nproc", "od", "printf", "ps", "pwd", "readlink", "realpath", "rm",
    "rmdir", "sed", "setsid", "sh", "sha256sum", "sleep", "sort", "stat", "stty", "sync", "tail",
    "tee", "test", "timeout", "touch", "tr", "true", "tty", "umount", "uname", "uniq", "unshare",
    "wc", "whoami", "xargs", "yes",
  ]

  /// Makes the file system at `path`. Its busybox shares its blocks with all others.
  static func make(at path: String) throws {
    let files = FileManager.default
    for folder in ["bin", "dev", "etc", "home", "proc", "root", "run", "sys", "tmp", "var"] {
      try files.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
    }
    chmod("\(path)/tmp", 0o1777)
    guard link(busybox, "\(path)/bin/busybox") == 0, link(Probe.program, "\(path)/bin/probe") == 0
    else { throw HarnessError("cannot link busybox: \(String(cString: strerror(errno)))") }
    for applet in applets { symlink("busybox", "\(path)/bin/\(applet)") }
    try "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n".write(
      toFile: "\(path)/etc/passwd", atomically: false, encoding: .utf8)
    try "root:x:0:\n".write(toFile: "\(path)/etc/group", atomically: false, encoding: .utf8)
  }

  /// A copy in the folder of this run, so that no test ever writes to the host's.
  private static let busybox: String = {
    let copy = SharedFolder.path + "/busybox"
    try? FileManager.default.copyItem(atPath: program, toPath: copy)
    chmod(copy, 0o755)
    return copy
  }()
}
