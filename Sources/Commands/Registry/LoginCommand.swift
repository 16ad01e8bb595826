import CommandLine
import Engine
import HelperProtocols
import LinuxSystem
import SystemPackage

/// `podman login`.
enum LoginCommand {
  static let command = PodmanCommand(
    "login", "Log in to a container registry",
    details: "Log in to a container registry on a specified server.",
    usage: "[options] [REGISTRY]", arguments: .atMost(1),
    examples: [
      "quay.io", "--username ... --password ... quay.io", "--authfile dir/auth.json quay.io",
    ],
    options: {
      [
        TransferFlags.authFile, TransferFlags.certificates, compatibleAuthFile,
        Option("get-login", .flag(), "Return the current login user for the registry"),
        Option("password", "p", .string(), "Password for registry"),
        Option("password-stdin", .flag(), "Take the password from stdin"),
        Option("secret", .string(), "Retrieve password from a podman secret"),
        TransferFlags.verifiesTLS,
        Option("username", "u", .string(), "Username for registry"),
        Option("verbose", "v", .flag(), "Write more detailed information to stdout"),
      ]
    }, run: run)

  static var compatibleAuthFile: Option {
    Option(
      "compat-auth-file", .string(),
      "path of a Docker-compatible config file to update instead", completion: .files)
  }

  static func run(_ call: Call) throws -> Int32 {
    let registry = try registry(call)
    var options = try accessOptions(call)
    let registries = try call.engine.registries
    if call.options.flag("get-login") {
      call.output.line(try registries.currentUser(registry, options))
      return 0
    }
    let user = call.options.given("username") ?? ""
    let hasPassword =
      call.options.given("password") != nil || call.options.flag("password-stdin")
      || call.options.given("secret") != nil
    if user.isEmpty, !hasPassword, try reuse(registry, call, options) { return 0 }
    options.access.user = try user.isEmpty ? prompt("Username: ", call, isSecret: false) : user
    options.access.password = try password(call, user: options.access.user ?? "")
    do {
      let (_, place) = try registries.logIn(registry, options)
      call.output.line("Login Succeeded!")
      if call.options.flag("verbose"), let place { call.output.line("Used: \(place)") }
    } catch let failure as TransferFailure where failure.cause == .unauthorized {
      throw CommandFailure(
        "logging into \"\(registry)\": invalid username/password"
          + (failure.detail.map { " (\($0))" } ?? ""))
    }
    return 0
  }

  /// The registry of the line, else the first that is searched.
  static func registry(_ call: Call) throws -> String {
    if let registry = call.arguments.first { return registry }
    guard let first = try call.engine.registries.searched.first else {
      throw CommandFailure(
        "no registries found in registries.conf, a registry must be provided")
    }
    return first
  }

  /// The options for both login and logout.
  static func accessOptions(_ call: Call) throws -> TransferOptions {
    var options = try TransferFlags.options(call)
    options.report = { _ in }
    if let file = call.options.given("compat-auth-file"), !file.isEmpty {
      guard options.access.authFile == nil else {
        throw CommandFailure(
          "options for paths to the credential file and to the Docker-compatible credential file can not be set simultaneously"
        )
      }
      options.access.authFile = file
      options.access.isDockerAuthFile = true
    }
    return options
  }

  /// Whether the credentials that are kept are good still.
  private static func reuse(
    _ registry: String, _ call: Call, _ options: TransferOptions
  ) throws -> Bool {
    let registries = try call.engine.registries
    guard (try? registries.currentUser(registry, options)) != nil else { return false }
    call.output.line("Authenticating with existing credentials for \(registry)")
    do {
      _ = try registries.logIn(registry, options)
      call.output.line("Existing credentials are valid. Already logged in to \(registry)")
      return true
    } catch let failure as TransferFailure where failure.cause == .unauthorized {
      call.output.line("Existing credentials are invalid, please enter valid username and password")
      return false
    }
  }

  private static func password(_ call: Call, user: String) throws -> String {
    if call.options.flag("password-stdin") {
      guard call.options.given("password") == nil, call.options.given("secret") == nil else {
        throw CommandFailure("Can't specify both --password-stdin and --password or --secret")
      }
      guard call.options.given("username") != nil else {
        throw CommandFailure("Must provide --username with --password-stdin")
      }
      let text = try FileDescriptor.standardInput.readToEnd(limit: 1 << 16)
      let line = text.prefix { $0 != 0x0A && $0 != 0x0D }
      return String(decoding: line, as: UTF8.self)
    }
    if let name = call.options.given("secret"), !name.isEmpty {
      guard call.options.given("password") == nil else {
        throw CommandFailure("--password can not be used with --secret options")
      }
      let data = try call.engine.secrets.data(of: call.engine.secrets.find(name))
      return String(decoding: data, as: UTF8.self)
    }
    if let password = call.options.given("password") { return password }
    return try prompt("Password: ", call, isSecret: true)
  }

  private static func prompt(_ text: String, _ call: Call, isSecret: Bool) throws -> String {
    call.output.write(text)
    call.output.flush()
    let input = FileDescriptor.standardInput
    let modes = isSecret && input.isTerminal ? try input.terminalModes() : nil
    if let modes { try input.setTerminalModes(modes.withoutEcho()) }
    defer {
      if let modes {
        try? input.setTerminalModes(modes)
        call.output.line("")
      }
    }
    guard let line = readLine(strippingNewline: true), !line.isEmpty else {
      throw CommandFailure(
        isSecret ? "reading password: nothing was entered" : "reading username: nothing was entered"
      )
    }
    return line
  }
}

/// `podman logout`.
enum LogoutCommand {
  static let command = PodmanCommand(
    "logout", "Log out of a container registry",
    details: "Remove the cached username and password for the registry.",
    usage: "[options] [REGISTRY]", arguments: .atMost(1),
    examples: ["quay.io", "--all"],
    options: {
      [
        Option(
          "all", "a", .flag(), "Remove the cached credentials for all registries in the auth file"),
        TransferFlags.authFile, LoginCommand.compatibleAuthFile,
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = try LoginCommand.accessOptions(call)
    let registries = try call.engine.registries
    if call.options.flag("all") {
      guard call.arguments.isEmpty else {
        throw CommandFailure("--all takes no arguments")
      }
      try registries.logOutOfAll(options)
      call.output.line("Removed login credentials for all registries")
      return 0
    }
    let registry = try LoginCommand.registry(call)
    do {
      try registries.logOut(registry, options)
      call.output.line("Removed login credentials for \(registry)")
    } catch let failure as TransferFailure
      where failure.cause == .notLoggedIn && failure.found == "elsewhere"
    {
      call.output.line(
        "Not logged into \(registry) with current tool. Existing credentials were established via docker login. Please use docker logout instead."
      )
    }
    return 0
  }
}
