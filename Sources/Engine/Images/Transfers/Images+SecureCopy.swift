import EngineConfig
import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

extension Images {
  /// Reads `[HOST::]IMAGE`.
  public func place(_ text: String) throws -> ImageAtHost {
    let user = engine.configuration.user.uid
    let name = (try? readFile("/etc/passwd", limit: 1 << 24)).flatMap {
      PasswordFile($0).name(ofUser: user)
    }
    return try ImageAtHost(parsing: text, user: name)
  }

  /// Copies an image from one user's or machine's store into another's: saved there, loaded here.
  ///
  /// - Parameters:
  ///   - form: `docker-archive` or `oci-archive`.
  ///   - isQuiet: whether the podman of the other side is to be quiet too.
  /// - Returns: the names that the image has there.
  public func copy(
    _ source: ImageAtHost, to target: ImageAtHost, as form: ArchiveForm, isQuiet: Bool,
    _ options: TransferOptions
  ) throws -> [String] {
    guard let image = source.image else {
      throw EngineError.failed("copying an image", reason: "no image is named")
    }
    guard source.host != target.host else {
      throw EngineError.failed(
        "copying \(image)",
        reason: "source and destination are the same store; please name a "
          + "host, as user@localhost:: or user@example.com::")
    }
    // A name goes through the shell of another machine.
    if Digest(hex: image) == nil, !image.utf8.allSatisfy(\.isHexDigit) {
      _ = try ImageReference(parsing: image)
    }
    let folder =
      "\(engine.configuration.containersConf.engine.imageCopyFolder)/podman-scp-"
      + (try randomBytes(8)).map { String($0, radix: 16) }.joined()
    try makeDirectory(folder, mode: 0o700)
    let path = folder + "/image.tar"
    defer {
      if let folder = try? openFile(folder, [.readOnly, .directory]) {
        try? folder.lent.removeFile("image.tar")
      }
      try? removeDirectory(folder)
    }
    let file = SharedDescriptor(
      try openFile(path, [.readWrite, .create, .exclusive], mode: 0o600))
    let quiet = isQuiet ? ["-q"] : []
    if source.host == .here {
      try save([image], as: form, to: path, isMultiple: false, options)
    } else {
      _ = try run(
        source.host, ["save", "--format", form.rawValue] + quiet + [image], output: file)
    }
    var names: [String] = []
    if target.host == .here {
      let loaded = try load(path, options)
      names = loaded.flatMap { $0.names.isEmpty ? [$0.id] : $0.names }
      if let new = target.image, let name = names.first { _ = try tag(name, as: [new]) }
    } else {
      // Saving replaces the file: what stands under the path is what counts.
      let saved = SharedDescriptor(try openFile(path, [.readOnly]))
      let said = try run(target.host, ["load"] + quiet, input: saved)
      for line in String(decoding: said, as: UTF8.self).split(separator: "\n") {
        for mark in ["Loaded image: ", "Loaded image(s): "] where line.hasPrefix(mark) {
          names += line.dropFirst(mark.count).split(separator: ",").map(String.init)
        }
      }
      if let new = target.image, let name = names.first {
        _ = try ImageReference(parsing: new)
        _ = try run(target.host, ["tag", name, new])
      }
    }
    return target.image.map { [$0] } ?? names
  }

  /// Runs podman as another user or on another machine, and returns what it said.
  private func run(
    _ host: ImageHost, _ words: [String], input: SharedDescriptor? = nil,
    output: SharedDescriptor? = nil
  ) throws -> [UInt8] {
    let command = try command(host, words)
    let nothing = SharedDescriptor(try openFile("/dev/null", [.readOnly]))
    let said = try output ?? SharedDescriptor(.dataFile("said", []))
    let process = try ProgramLaunch(
      command.program, command.arguments, environment: command.environment,
      descriptors: [0: (input ?? nothing).lent, 1: said.lent], directory: "/"
    ).start()
    let status = try process.wait()
    withExtendedLifetime((nothing, said, input)) {}
    guard status == .exited(0) else {
      throw EngineError.failed(
        command.arguments.joined(separator: " "), reason: "it ended with \(status)")
    }
    return output == nil ? try said.lent.readPart(at: 0, limit: 1 << 16) : []
  }

  private struct ForeignCommand {
    var program: String
    var arguments: [String]
    var environment: [String]?
  }

  private func command(_ host: ImageHost, _ words: [String]) throws -> ForeignCommand {
    func program(_ name: String, _ package: String) throws -> String {
      let folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"]
      guard let path = folders.map({ "\($0)/\(name)" }).first(where: isExecutable) else {
        throw EngineError.failed(
          "copying between stores", reason: "\(name) is not installed; please install \(package)")
      }
      return path
    }
    switch host {
    case .here: throw EngineError.failed("copying between stores", reason: "no host")
    case .machine(let name, let port):
      // The other side's shell reads the words; names of images have nothing that it would take apart.
      return ForeignCommand(
        program: try program("ssh", "openssh-client"),
        arguments: ["ssh"] + (port.map { ["-p", "\($0)"] } ?? []) + ["--", name, "podman"] + words)
    case .user(let name):
      guard !engine.configuration.user.isRootless else {
        throw EngineError.failed(
          "the store of \(name)",
          reason: "only root may use another user's; please run: sudo podman "
            + "image scp …")
      }
      guard let entry = try account(name) else {
        throw EngineError.failed("user \(name)", reason: "this machine has no such user")
      }
      var environment = [
        "HOME=\(entry.home)", "USER=\(name)", "LOGNAME=\(name)",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      ]
      let runFolder = "/run/user/\(entry.uid)"
      if entry.uid != 0, (try? openFile(runFolder, [.path, .directory])) != nil {
        environment.append("XDG_RUNTIME_DIR=\(runFolder)")
      }
      return ForeignCommand(
        program: try program("runuser", "util-linux"),
        arguments: ["runuser", "-u", name, "--", try runningExecutable()] + words,
        environment: environment)
    }
  }

  private func isExecutable(_ path: String) -> Bool { (try? checkExecutable(path)) != nil }

  /// A user as the machine's name service knows him.
  private func account(_ name: String) throws -> (uid: UInt32, home: String)? {
    let said = SharedDescriptor(try .dataFile("getent", []))
    let process = try ProgramLaunch(
      "/usr/bin/getent", ["getent", "passwd", "--", name], descriptors: [1: said.lent]
    ).start()
    _ = try process.wait()
    let text = String(
      decoding: try said.lent.readPart(at: 0, limit: 1 << 14), as: UTF8.self)
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count >= 6, fields[0] == name, let uid = UInt32(fields[2]) else { return nil }
    return (uid, String(fields[5]))
  }
}

extension UInt8 {
  /// Whether this is 0 to 9 or a to f.
  fileprivate var isHexDigit: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }
}
