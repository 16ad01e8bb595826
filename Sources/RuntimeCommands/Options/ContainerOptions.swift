import RuntimeCore

/// The options that `create`, `run` and others share.
extension Option {
  static let bundle = Option(
    "bundle", "b", .text(), "the bundle's folder; the current one when not given")
  static let consoleSocket = Option(
    "console-socket", .text(),
    "a Unix socket that receives the controlling end of the terminal")
  static let pidfdSocket = Option(
    "pidfd-socket", .text(), "a Unix socket that receives a descriptor of the process")
  static let pidFile = Option("pid-file", .text(), "a file to write the process's number to")
  static let detach = Option("detach", "d", .flag, "do not wait for the process")
  static let noSubreaper = Option(
    "no-subreaper", "do not become the parent of the container's orphans")
  static let noPivot = Option(
    "no-pivot", "do not use pivot_root, for a root file system on a ramdisk")
  static let noNewKeyring = Option(
    "no-new-keyring", "leave the container in the caller's session keyring")
  static let preserveDescriptors = Option(
    "preserve-fds", .integer(),
    "pass on so many descriptors above standard error and those of $LISTEN_FDS")
}

extension ParsedOptions {
  /// How many descriptors are passed on.
  func preservedDescriptors() throws -> Int {
    let count = integer("preserve-fds") ?? 0
    guard count >= 0 else {
      throw CommandError.invalidOption("preserve-fds", reason: "\(count) is below 0")
    }
    return count
  }

  /// What `create`, `run` and `restore` decide about a container.
  func createOptions() throws -> CreateOptions {
    var options = CreateOptions()
    if let bundle = text("bundle") { options.bundle = bundle }
    options.consoleSocket = text("console-socket")
    options.pidFile = text("pid-file")
    options.pidfdSocket = text("pidfd-socket")
    options.isDetached = flag("detach")
    options.noPivot = flag("no-pivot")
    options.noNewKeyring = flag("no-new-keyring")
    options.isSubreaper = !flag("no-subreaper")
    options.keep = flag("keep")
    options.preservedDescriptors = try preservedDescriptors()
    return options
  }
}

/// What help says about a container's name.
let newContainerHelp = """
  The name of the new container must be unique under the root folder: see --root. Its
  program and all that it is given stand in the bundle's config.json.
  """
