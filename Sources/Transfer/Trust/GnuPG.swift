import HelperProtocols
import LinuxSystem
import SystemPackage

/// Runs `gpg`.
enum GnuPG {
  /// The content of a signed message, if one of the keys has signed it: in a home of its own, so that no key
  /// counts but those that are named.
  static func verify(
    _ message: [UInt8], keyFiles: [String], keyData: [UInt8]?
  ) throws(TransferFailure) -> [UInt8] {
    do {
      let name = "podman-gnupg-" + (try randomBytes(12)).map { String($0, radix: 16) }.joined()
      let parent = CurrentProcess.environmentVariable("TMPDIR") ?? "/tmp"
      let folder = try openFile(parent, [.readOnly, .directory])
      let home = "\(parent)/\(name)"
      try folder.lent.makeDirectory(name, mode: 0o700)
      defer { try? folder.lent.removeTree(name) }
      var keys = keyFiles
      if let keyData {
        let own = try openFile(home, [.readOnly, .directory])
        try own.lent.replaceFile("key", contents: keyData, mode: 0o600)
        keys.append(home + "/key")
      }
      let common = ["--homedir", home, "--batch", "--no-tty", "--no-autostart"]
      for key in keys {
        let imported = try run(common + ["--import", key], input: [])
        guard imported.status == .exited(0) else {
          throw TransferFailure(
            .configuration, "the key \(key)", detail: "gpg cannot read it: \(imported.said)")
        }
      }
      let result = try run(
        common + ["--status-fd", "3", "--trust-model", "always", "--decrypt"], input: message)
      let words = result.states
      // One signature, and it is good: of a key that is neither expired nor revoked.
      func count(_ word: String) -> Int { words.count { $0.hasPrefix("[GNUPG:] \(word) ") } }
      let signatures = words.filter { $0.hasPrefix("[GNUPG:] NEWSIG") }.count
      guard result.status == .exited(0), count("GOODSIG") == 1, count("VALIDSIG") == 1,
        signatures <= 1, count("BADSIG") == 0
      else { throw TransferFailure(.badSignature, detail: reason(words)) }
      return result.output
    } catch let failure as TransferFailure {
      throw failure
    } catch {
      throw TransferFailure(.badSignature, detail: "gpg: \(error)")
    }
  }

  private static func reason(_ states: [Substring]) -> String {
    func has(_ word: String) -> Bool { states.contains { $0.hasPrefix("[GNUPG:] \(word)") } }
    if has("BADSIG") { return "it has been changed since it was signed" }
    if has("EXPSIG") { return "it has expired" }
    if has("EXPKEYSIG") { return "its key has expired" }
    if has("REVKEYSIG") { return "its key has been revoked" }
    if has("NODATA") { return "it is no message of GnuPG's" }
    return "it is of none of the accepted keys"
  }

  /// Signs a message with a key of the user's own key ring.
  ///
  /// - Parameter passphrase: nil lets gpg's agent ask for it.
  static func sign(
    _ message: [UInt8], key: String, passphrase: [UInt8]?
  ) throws(TransferFailure) -> [UInt8] {
    do {
      var words = ["--no-tty", "--quiet", "--local-user", key, "--output", "-"]
      let secret = SharedDescriptor(try .dataFile("passphrase", passphrase ?? []))
      if passphrase != nil {
        words += ["--batch", "--pinentry-mode", "loopback", "--passphrase-fd", "3"]
      }
      let result = try run(words + ["--sign"], input: message, third: secret)
      guard result.status == .exited(0), !result.output.isEmpty else {
        throw TransferFailure(.signing, detail: "gpg: \(result.said)")
      }
      return result.output
    } catch let failure as TransferFailure {
      throw failure
    } catch { throw TransferFailure(.signing, detail: "gpg: \(error)") }
  }

  private struct Run {
    var status: ExitStatus
    var output: [UInt8]
    var errors: [UInt8]
    /// What was written to descriptor 3.
    var states: [Substring]

    /// The last line of its errors.
    var said: String {
      let lines = String(decoding: errors, as: UTF8.self).split(separator: "\n")
      let line = lines.last.map { $0.hasPrefix("gpg: ") ? $0.dropFirst(5) : $0 }
      return printable(line ?? "status \(status)")
    }
  }

  private static func run(
    _ arguments: [String], input: [UInt8], third: SharedDescriptor? = nil
  ) throws -> Run {
    let data = try OwnedDescriptor.dataFile("message", input)
    let output = try OwnedDescriptor.dataFile("output", [])
    let errors = try OwnedDescriptor.dataFile("errors", [])
    let states = try third ?? SharedDescriptor(.dataFile("states", []))
    let path = ["/usr/bin/gpg", "/usr/local/bin/gpg", "/bin/gpg"].first {
      (try? checkExecutable($0)) != nil
    }
    guard let path else {
      throw TransferFailure(
        .configuration, "signatures",
        detail: "gpg is needed for them, and is not installed; please install gnupg")
    }
    let process = try ProgramLaunch(
      path, ["gpg"] + arguments,
      descriptors: [0: data.lent, 1: output.lent, 2: errors.lent, 3: states.lent]
    ).start()
    let status = try process.wait()
    let text = String(decoding: try contents(states.lent), as: UTF8.self)
    return Run(
      status: status, output: try contents(output.lent), errors: try contents(errors.lent),
      states: text.split(separator: "\n"))
  }

  private static func contents(_ file: FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < 8 << 20 {
      let part = try file.readPart(at: Int64(bytes.count), limit: 1 << 16)
      if part.isEmpty { return bytes }
      bytes += part
    }
    return bytes
  }
}
