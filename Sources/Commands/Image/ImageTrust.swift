import CommandLine
import Engine
import GoTemplate

/// `podman image trust show`: which images may be pulled from where.
enum ImageTrustShow {
  static let command = PodmanCommand(
    "show", "Display trust policy for the system",
    usage: "[REGISTRY]", arguments: .atMost(1), examples: ["", "--json", "--raw"],
    options: {
      [
        Option("json", "j", .flag(), "Output as json"),
        Option("noheading", "n", .flag(), "Do not print column headings"),
        Option("raw", "Output raw policy file"),
        Option(
          "registrypath", .string(), "Read this folder instead of registries.d", hidden: true,
          completion: .files),
        Option(
          "signature-policy", .string(), "Read this file instead of the system's",
          completion: .files),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let policy = try TrustPolicy(call.engine, path: call.options.given("signature-policy"))
    if call.options.flag("raw") {
      call.output.line(policy.text)
      return 0
    }
    let wanted = call.arguments.first
    let rules = try policy.describedRules(
      registriesFolder: call.options.given("registrypath").flatMap { $0.isEmpty ? nil : $0 }
    ).filter { wanted == nil || $0.scope ?? "default" == wanted }
    if call.options.flag("json") {
      call.output.line(GoValue.list(rules.map(json)).json(indentedBy: "  "))
      return 0
    }
    let listing = Listing(
      table: "{{.Transport}}\t{{.Name}}\t{{.Type}}\t{{.ID}}\t{{.Store}}", rows: rules.map(row))
    try listing.write(
      to: call.output, format: nil, heading: !call.options.flag("noheading"))
    return 0
  }

  private static func word(_ type: String) -> String {
    type == "insecureAcceptAnything" ? "accept" : type == "signedBy" ? "signed" : type
  }

  private static func id(_ rule: TrustPolicy.Rule) -> String {
    rule.type == "sigstoreSigned" ? "N/A" : rule.signers.joined(separator: ", ")
  }

  private static func row(_ rule: TrustPolicy.Rule) -> GoValue {
    .structure(
      .field("Transport", .string(rule.transport)),
      .field("Name", .string(rule.scope ?? "default")), .field("Type", .string(word(rule.type))),
      .field("ID", .string(id(rule))), .field("Store", .string(rule.lookaside ?? "")))
  }

  private static func json(_ rule: TrustPolicy.Rule) -> GoValue {
    .structure(
      .field("transport", .string(rule.transport)),
      .field("name", .string(rule.scope ?? "* (default)")),
      .field("repo_name", .string(rule.scope ?? "default")),
      .field("keys", omitsEmpty: true, GoValue(rule.keys)),
      .field("sigstore", omitsEmpty: true, .string(rule.lookaside ?? "")),
      .field("type", .string(word(rule.type))),
      .field("gpg_id", omitsEmpty: true, .string(id(rule))))
  }
}

/// `podman image trust set`: changes it.
enum ImageTrustSet {
  static let command = PodmanCommand(
    "set", "Set default trust policy or a new trust policy for a registry",
    usage: "REGISTRY", arguments: .exactly(1),
    examples: ["--type reject default", "-f /etc/pki/key.gpg docker.io"],
    options: {
      [
        Option(
          "pubkeysfile", "f", .array(),
          "Path of installed public key(s) to trust for TARGET.\n"
            + "Absolute path to keys is added to policy.json. May\n"
            + "used multiple times to define multiple public keys.\n"
            + "File(s) must exist before using this command", completion: .files),
        Option(
          "signature-policy", .string(), "Change this file instead of the system's",
          completion: .files),
        Option(
          "type", "t", .string(default: "signedBy"),
          "Trust type, accept values: signedBy(default), accept, reject",
          completion: .words(["accept", "reject", "signedBy", "sigstoreSigned"])),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let scope = call.arguments.first ?? ""
    guard !scope.isEmpty, !scope.contains("://") else {
      throw CommandFailure(
        "invalid registry \"\(scope)\": it is a host or a repository, without a scheme")
    }
    var policy = try TrustPolicy(call.engine, path: call.options.given("signature-policy"))
    try policy.set(
      scope, type: call.options.string("type"), keys: call.options.list("pubkeysfile"))
    return 0
  }
}
