import HelperProtocols
import LinuxSystem
import SystemPackage

/// Runs `gpg` with a home of its own, so that no key counts but those that are named.
enum GnuPG {
  /// The content of a signed message, if one of the keys has signed it.
  static func verify(
    _ message: [UInt8], keyFiles: [String], keyData: [UInt8]?
  ) throws(TransferFailure) -> [UInt8] {
    do {
      let home = "/tmp/podman-transfer-gnupg-\(CurrentProcess.id)"
      try makeDirectory(home, mode: 0o700)
      defer {
        if let folder = try? openFile("/tmp", [.readOnly, .directory]) {
          try? folder.lent.removeTree(String(home.dropFirst(5)))
        }
      }
      var keys = keyFiles
      if let keyData {
        let folder = try openFile(home, [.readOnly, .directory])
        try folder.lent.replaceFile("key", contents: keyData, mode: 0o600)
        keys.append(home + "/key")
      }
      for key in keys {
        let imported = try run(["--homedir", home, "--batch", "--import", key], input: [])
        guard imported.status == .exited(0) else {
          throw TransferFailure(.badSignature, detail: "the key \(key) cannot be used")
        }
      }
      let result = try run(
        ["--homedir", home, "--batch", "--status-fd", "2", "--trust-model", "always", "--decrypt"],
        input: message)
      let words = String(decoding: result.errors, as: UTF8.self).split(separator: "\n")
      guard result.status == .exited(0),
        words.contains(where: { $0.hasPrefix("[GNUPG:] VALIDSIG ") }),
        words.contains(where: { $0.hasPrefix("[GNUPG:] GOODSIG ") })
      else {
        throw TransferFailure(.badSignature, detail: "it is of none of the accepted keys")
      }
      return result.output
    } catch let failure as TransferFailure {
      throw failure
    } catch {
      throw TransferFailure(.badSignature, detail: "gpg: \(error)")
    }
  }

  private static func run(
    _ arguments: [String], input: [UInt8]
  ) throws -> (status: ExitStatus, output: [UInt8], errors: [UInt8]) {
    let data = try OwnedDescriptor.dataFile("message", input)
    let output = try OwnedDescriptor.dataFile("output", [])
    let errors = try OwnedDescriptor.dataFile("errors", [])
    let path = ["/usr/bin/gpg", "/usr/local/bin/gpg", "/bin/gpg"].first {
      (try? checkExecutable($0)) != nil
    }
    guard let path else {
      throw TransferFailure(
        .badSignature, detail: "gpg is needed to check signatures, and is not installed")
    }
    let process = try ProgramLaunch(
      path, ["gpg"] + arguments,
      descriptors: [0: data.lent, 1: output.lent, 2: errors.lent]
    ).start()
    let status = try process.wait()
    return (status, try contents(output.lent), try contents(errors.lent))
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
