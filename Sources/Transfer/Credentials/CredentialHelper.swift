import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// A program `docker-credential-NAME` that keeps credentials: docker-credential-helpers' protocol.
struct CredentialHelper {
  private let program: String

  init(_ name: String) { program = "docker-credential-" + name }

  /// The credentials of a host; nil where it has none.
  func get(_ host: String) throws(TransferFailure) -> Credentials? {
    let (status, text) = try run("get", Array(host.utf8))
    if status != .exited(0) {
      let said = String(decoding: text, as: UTF8.self)
      if said.contains("credentials not found") { return nil }
      throw TransferFailure(.credentialHelper, program, detail: printable(said))
    }
    guard let tree = try? JSONReader().read(JSONTree.self, from: text),
      let user = tree["Username"]?.string, let secret = tree["Secret"]?.string
    else { throw TransferFailure(.credentialHelper, program, detail: "it did not answer in JSON") }
    if user == "<token>" { return Credentials(user: "", password: "", identityToken: secret) }
    return user.isEmpty ? nil : Credentials(user: user, password: secret)
  }

  func store(_ own: Credentials, for host: String) throws(TransferFailure) {
    let tree = JSONTree.object([
      .init("ServerURL", .string(host)), .init("Username", .string(own.user)),
      .init("Secret", .string(own.password)),
    ])
    let text = (try? JSONWriter().write(tree)) ?? []
    let (status, said) = try run("store", text)
    guard status == .exited(0) else {
      throw TransferFailure(
        .credentialHelper, program, detail: printable(String(decoding: said, as: UTF8.self)))
    }
  }

  /// Forgets a host; false where it had none.
  func erase(_ host: String) throws(TransferFailure) -> Bool {
    try run("erase", Array(host.utf8)).status == .exited(0)
  }

  private func run(
    _ verb: String, _ input: [UInt8]
  ) throws(TransferFailure) -> (status: ExitStatus, output: [UInt8]) {
    guard let path = find() else {
      throw TransferFailure(.credentialHelper, program, detail: "it is not in PATH")
    }
    do throws(SystemError) {
      let data = try OwnedDescriptor.dataFile("credentials", input)
      var pipe = try Pipe()
      guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else {
        throw SystemError("pipe", "", .badFileDescriptor)
      }
      let process = try ProgramLaunch(
        path, [program, verb], descriptors: [0: data.lent, 1: writing.lent]
      ).start()
      try writing.close()
      let output = try reading.lent.readToEnd(limit: 1 << 20, subject: program)
      return (try process.wait(), output)
    } catch {
      throw TransferFailure(.credentialHelper, program, detail: "\(error)")
    }
  }

  private func find() -> String? {
    guard !program.contains("/") else { return nil }
    let path = CurrentProcess.environmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(program)" }.first {
      (try? checkExecutable($0)) != nil
    }
  }
}
