import RuntimeCore

/// The options that `checkpoint` and `restore` share.
extension Option {
  static let criu: [Option] = [
    Option("image-path", .text(), "the folder of the image files (default: \"checkpoint\")"),
    Option("work-path", .text(), "the folder of CRIU's log and working files"),
    Option("tcp-established", "allow open TCP connections"),
    Option("ext-unix-sk", "allow Unix sockets that lead out of the container"),
    Option("shell-job", "allow a session and a terminal that were made outside"),
    Option("lazy-pages", "restore memory when it is first used, by userfaultfd"),
    Option("file-locks", "save and restore file locks"),
    Option(
      "manage-cgroups-mode", .text(),
      "how cgroups are treated: soft, full, strict or ignore (default: soft)"),
    Option(
      "empty-ns", .texts,
      "make a namespace, but do not restore its properties: network, which is always so"),
    Option("auto-dedup", "remove memory from earlier images that later ones hold as well"),
  ]
}

extension Call {
  /// What was asked of CRIU.
  func criuChoices() throws -> CriuChoices {
    var choices = CriuChoices()
    if let program = globalOptions.text("criu") { choices.program = program }
    if let path = options.text("image-path") { choices.imagePath = path }
    choices.workPath = options.text("work-path")
    choices.tcpEstablished = options.flag("tcp-established")
    choices.externalUnixSockets = options.flag("ext-unix-sk")
    choices.shellJob = options.flag("shell-job")
    choices.lazyPages = options.flag("lazy-pages")
    choices.fileLocks = options.flag("file-locks")
    choices.autoDeduplication = options.flag("auto-dedup")
    if let name = options.text("manage-cgroups-mode") {
      guard let mode = CriuChoices.CgroupsMode(rawValue: name) else {
        throw CommandError.invalidOption(
          "manage-cgroups-mode", reason: "it can be soft, full, strict or ignore")
      }
      choices.cgroupsMode = mode
    }
    for name in options.texts("empty-ns") where name != "network" {
      throw CommandError.invalidOption("empty-ns", reason: "it can be network alone")
    }
    return choices
  }
}
