import CommandLine
import Engine
import EngineConfig
import ImageSpec
import LinuxSystem
import SystemPackage

/// `podman container runlabel`: runs on the host what a label of an image says, for images that one
/// trusts.
enum ContainerRunLabel {
  static let command = PodmanCommand(
    "runlabel", "Execute the command described by an image label",
    details: "Executes a command as described by a container image label.",
    usage: "LABEL IMAGE [ARG...]", arguments: .atLeast(2),
    examples: ["run imageID", "install imageID arg1 arg2", "--display run myImage"],
    completion: .names("images"), stopsAtFirstArgument: false,
    options: {
      [
        Option(
          "authfile", .string(),
          "Path of the authentication file. Use REGISTRY_AUTH_FILE environment variable to override",
          completion: .files),
        Option(
          "cert-dir", .string(),
          "`Pathname` of a directory containing TLS certificates and keys", completion: .folders),
        Option(
          "creds", .string(),
          "`Credentials` (USERNAME:PASSWORD) to use for authenticating to a registry"),
        Option("display", .flag(), "Preview the command that the label would run"),
        Option("name", "n", .string(), "Assign a name to the container"),
        Option("opt1", .string(), "Optional parameter to pass for install", hidden: true),
        Option("opt2", .string(), "Optional parameter to pass for install", hidden: true),
        Option("opt3", .string(), "Optional parameter to pass for install", hidden: true),
        Option(
          "pull", "p", .flag(default: true),
          "Pull the image if it does not exist locally prior to executing the label contents",
          hidden: true),
        Option("quiet", "q", .flag(), "Suppress output information when installing images"),
        Option(
          "replace", .flag(), "Replace existing container with a new one from the image"),
        Option(
          "signature-policy", .string(),
          "`Pathname` of signature policy file (not usually used)", hidden: true),
        Option(
          "tls-verify", .flag(default: true),
          "Require HTTPS and verify certificates when contacting registries"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let given = call.options
    let engine = try call.engine
    let first = call.arguments[0]
    let label = first.hasPrefix("/") ? String(first.dropFirst()) : first
    let asked = call.arguments[1]
    var source = ContainerRequest.ImageSource()
    source.pullPolicy = given.flag("pull") ? "missing" : "never"
    source.authenticationFile = given.given("authfile")
    source.certificateFolder = given.given("cert-dir")
    source.credentials = given.given("creds")
    source.signaturePolicy = given.given("signature-policy")
    source.isQuiet = given.flag("quiet")
    if given.has("tls-verify") { source.verifiesTLS = given.flag("tls-verify") }
    let image = try engine.images.containerImage(asked, source)
    let labels = image.parameters.labels ?? [:]
    // An exact name goes before one that differs in case.
    let text =
      labels[label]
      ?? labels.sorted { $0.key < $1.key }.first { $0.key.lowercased() == label.lowercased() }?
      .value
    guard let text, !text.isEmpty else {
      throw CommandFailure("cannot find the value of label: \(label) in image: \(asked)")
    }
    var variables: [String: String] = [:]
    for name in ["opt1", "opt2", "opt3"] {
      if let value = given.given(name), !value.isEmpty { variables[name.uppercased()] = value }
    }
    variables["PWD"] = try CurrentProcess.workingDirectory()
    variables["HOME"] = Call.environment["HOME"] ?? "/"
    let line = LabelCommand(
      text, arguments: Array(call.arguments.dropFirst(2)), image: image.name,
      name: given.given("name").flatMap { $0.isEmpty ? nil : $0 }
        ?? LabelCommand.name(ofImage: image.id.hasPrefix(asked) ? image.name : asked),
      variables: variables)
    let words = try line.words()
    guard !words.isEmpty else {
      throw CommandFailure("label \(label) of image \(asked) holds no command")
    }
    if given.flag("display") {
      let shown = LabelCommand.isPodman(words[0]) ? ["podman"] + words.dropFirst() : words
      call.output.line("command: " + shown.joined(separator: " "))
      return 0
    }
    if given.flag("replace"), let index = words.firstIndex(of: "--name"), index + 1 < words.count {
      do {
        try engine.containers.remove(words[index + 1], .init(isForced: true))
      } catch EngineError.noSuch(.container, _) {}
    }
    return try execute(call, words, variables)
  }

  private static func execute(
    _ call: Call, _ words: [String], _ variables: [String: String]
  ) throws -> Int32 {
    var environment = CurrentProcess.environment()
    for (name, value) in variables where name.hasPrefix("OPT") {
      environment.append("\(name)=\(value)")
    }
    environment.append("PODMAN_RUNLABEL_NESTED=1")
    call.output.flush()
    var line = words
    let program: String
    if LabelCommand.isPodman(words[0]) {
      program = try call.engine.configuration.programs.path(of: "podman")
      line[0] = "podman"
      line.insert(contentsOf: storeOptions(call), at: 1)
    } else if words[0].contains("/") {
      program = words[0]
    } else {
      let folders = (Call.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      guard let found = folders.map({ "\($0)/\(words[0])" }).first(where: isExecutable) else {
        throw CommandFailure("\(words[0]): executable file not found in $PATH")
      }
      program = found
    }
    var launch = ProgramLaunch(program, line, environment: environment)
    launch.descriptors = [0: .standardInput, 1: .standardOutput, 2: .standardError]
    let null = SharedDescriptor(try openFile("/dev/null", [.readWrite]))
    if call.options.flag("quiet") {
      launch.descriptors = [0: null.lent, 1: null.lent, 2: null.lent]
    }
    let status = try withExtendedLifetime(null) { try launch.start().wait() }
    guard status == .exited(0) else {
      // podman's own: whatever the command ended with.
      throw CommandFailure("exit status \(status.shellStatus)")
    }
    return 0
  }

  private static func isExecutable(_ path: String) -> Bool {
    (try? checkExecutable(path)) != nil
  }

  /// The store that this command was called with is the one that the label's podman works with.
  private static func storeOptions(_ call: Call) -> [String] {
    ["root", "runroot", "tmpdir", "volumepath", "storage-driver", "network-config-dir"].flatMap {
      name in
      call.options.has(name) ? call.options.given(name).map { ["--\(name)", $0] } ?? [] : []
    }
  }
}

/// A label's text as a command line: words as a shell splits them, with the image's and the container's
/// names and some variables in their places.
struct LabelCommand {
  private let text: String
  private let image: String
  private let name: String
  private let variables: [String: String]

  init(
    _ text: String, arguments: [String], image: String, name: String, variables: [String: String]
  ) {
    self.text = ([text] + arguments).joined(separator: " ")
    self.image = image
    self.name = name
    self.variables = variables
  }

  /// What a container of an image is called: the last part of the image's name, without a tag.
  static func name(ofImage image: String) -> String {
    let last = image.split(separator: "/").last ?? ""
    return String(last.prefix { $0 != ":" && $0 != "@" })
  }

  /// Whether the word stands for this program.
  static func isPodman(_ word: String) -> Bool {
    word == "podman" || word.split(separator: "/").last == "docker"
  }

  func words() throws(CommandFailure) -> [String] {
    guard let words = ShellWords.splitWhole(text) else {
      throw CommandFailure("the quotation marks of the label's command stand wrong: \(text)")
    }
    guard let program = words.first else { return [] }
    let line = [program] + words.dropFirst().map(substituted)
    // Variables count after the names, and may hold several words, as in podman.
    let text = line.joined(separator: " ").expandingVariables { variables[$0] }
    guard let result = ShellWords.splitWhole(text) else {
      throw CommandFailure("the quotation marks of the label's command stand wrong: \(text)")
    }
    return result
  }

  private func substituted(_ word: String) -> String {
    switch word {
    case "IMAGE=IMAGE": return "IMAGE=\(image)"
    case "NAME=NAME": return "NAME=\(name)"
    default: return replace("IMAGE", image, in: replace("NAME", name, in: word))
    }
  }

  private func replace(_ variable: String, _ value: String, in word: String) -> String {
    if word == variable { return value }
    var result = word.replacing("${\(variable)}", with: value).replacing(
      "$\(variable)", with: value)
    if result.hasSuffix("=\(variable)") {
      result = String(result.dropLast(variable.utf8.count)) + value
    }
    return result
  }
}
