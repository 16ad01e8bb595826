import Foundation
import Testing

/// Signs what is pushed, and lets in only what is signed, with skopeo and Debian's podman on the other side.
@Suite(
  .serialized, .enabled(if: SharedStore.reasonToSkip == nil, "\(SharedStore.reasonToSkip ?? "")"),
  .enabled(if: Program.named("docker-registry") != nil, "docker-registry is not installed"),
  .enabled(if: Program.named("gpg") != nil, "gpg is not installed"))
struct SignatureTests {
  /// An engine, a registry, and a user with a key and folders of his own.
  private struct Signer {
    let engine: Engine
    let host: String
    var folder: String { engine.workspace.folder }
    var home: String { folder + "/home" }
    var configuration: String { home + "/.config/containers" }
    var lookaside: String { folder + "/lookaside" }
    let key = "signer@example.com"

    init(_ engine: Engine) throws {
      self.engine = engine
      host = try DockerRegistry.start(engine.workspace)
      for folder in ["/.config/containers/registries.d", "/keys"] {
        try FileManager.default.createDirectory(
          atPath: engine.workspace.folder + "/home" + folder, withIntermediateDirectories: true)
      }
      engine.workspace.environment["HOME"] = home
      engine.workspace.environment["GNUPGHOME"] = home + "/keys"
      chmod(home + "/keys", 0o700)
      let agentHome = home + "/keys"
      let workspace = engine.workspace
      workspace.atEnd {
        _ = try? workspace.run(["gpgconf", "--homedir", agentHome, "--kill", "all"])
      }
      try make(key: key)
      _ = try engine.workspace.write(
        """
        # Where the signatures are.
        docker:
          "\(host)":
            sigstore: file://\(lookaside)   # the old name
            use-sigstore-attachments: true
        """, to: "home/.config/containers/registries.d/test.yaml")
      try allow("insecureAcceptAnything", "")
    }

    func make(key: String) throws {
      try engine.workspace.must(
        "gpg", "--batch", "--passphrase", "", "--quick-generate-key", key, "ed25519", "sign",
        "never")
      try engine.workspace.must(
        "gpg", "--batch", "--output", "\(folder)/\(key).gpg", "--export", key)
    }

    /// Everything but images below a path of the registry is rejected; those need what is given.
    func allow(_ requirement: String, _ path: String) throws {
      let own =
        requirement.hasPrefix("{") ? requirement : "{\"type\": \"\(requirement)\"}"
      let scope = path.isEmpty ? host : "\(host)/\(path)"
      _ = try engine.workspace.write(
        """
        {"default": [{"type": "reject"}],
         "transports": {"docker": {"\(scope)": [\(own)]}, "oci": {"": [{"type": "insecureAcceptAnything"}]},
          "dir": {"": [{"type": "insecureAcceptAnything"}]}}}
        """, to: "home/.config/containers/policy.json")
    }

    func signedBy(_ more: String = "") -> String {
      #"{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "\#(folder)/\#(key).gpg"\#(more)}"#
    }

    func push(_ name: String, _ flags: String...) throws -> Output {
      try engine.workspace.run(
        engine.command(["push", "-q", "--tls-verify=false"] + flags + [Engine.image, name]))
    }

    /// Pulls into a store without the image, which stays so if it fails.
    func pull(_ name: String) throws -> Output {
      _ = try engine.run("rmi", "--force", name)
      try engine.must("rmi", "--all", "--force")
      let output = try engine.run("pull", "-q", "--tls-verify=false", name)
      if output.status != 0 {
        #expect(try engine.must("images", "--all", "--quiet").text == "")
        let layers = try FileManager.default.contentsOfDirectory(
          atPath: folder + "/data/root/overlay")
        #expect(layers.filter { $0.count == 64 } == [])
      }
      return output
    }

    func skopeo(_ words: String...) throws -> Output {
      try engine.workspace.must(["/usr/bin/skopeo", "--insecure-policy"] + words)
    }

    var signatures: [String] {
      (FileManager.default.subpaths(atPath: lookaside) ?? []).filter { $0.contains("/signature-") }
        .sorted()
    }
  }

  private func withSigner(_ body: (Signer) throws -> Void) throws {
    try withEngine(hasOwnNetwork: false) { try body(try Signer($0)) }
  }

  @Test func theirProgramsAcceptOurSignaturesAndOursTheirs() throws {
    try withSigner { signer in
      let (ours, theirs) = ("\(signer.host)/signed/ours:1", "\(signer.host)/signed/theirs:1")
      let pushed = try signer.push(ours, "--sign-by", signer.key)
      #expect(pushed.status == 0, "\(pushed)")
      #expect(signer.signatures.count == 1)
      _ = try signer.skopeo(
        "copy", "-q", "--dest-tls-verify=false", "--sign-by", signer.key,
        "oci:\(signer.engine.layout)", "docker://\(theirs)")
      try signer.allow(signer.signedBy(), "signed")
      #expect(try signer.pull(theirs).status == 0)
      #expect(try signer.pull(ours).status == 0)
      // The signature came into the store, where skopeo finds it.
      let copy = "dir:\(signer.folder)/copy"
      let place =
        "containers-storage:[overlay@\(signer.folder)/data/root+\(signer.folder)/data/run]"
      let refused = try signer.engine.run("push", "-q", ours, copy)
      #expect(refused.stderr.contains("--remove-signatures"), "\(refused)")
      let inspected = try signer.skopeo("inspect", "--raw", place + ours)
      _ = try signer.engine.workspace.write(inspected.stdout, to: "manifest.json")
      let fingerprint = try signer.engine.workspace.must(
        "gpg", "--with-colons", "--list-keys", signer.key
      ).lines.first { $0.hasPrefix("fpr:") }?.split(separator: ":").last.map(String.init)
      let first = try #require(signer.signatures.first)
      _ = try signer.skopeo(
        "standalone-verify", signer.folder + "/manifest.json", ours, try #require(fingerprint),
        "\(signer.lookaside)/\(first)")
      // Debian's podman, with the same policy.
      signer.engine.workspace.environment["CONTAINERS_CONF"] = try signer.engine.workspace.write(
        "[containers]\ndefault_ulimits = []\n[engine]\ncgroup_manager = \"cgroupfs\"\n",
        to: "theirs.conf")
      let folder = signer.folder + "/data"
      try signer.engine.workspace.must(
        "/usr/bin/podman", "--root", folder + "/their-root", "--runroot", folder + "/their-run",
        "--storage-driver", "vfs", "--tmpdir", folder + "/tmp", "pull", "-q", "--tls-verify=false",
        ours)
    }
  }

  @Test func whatIsNotSignedAsItShouldBeStaysOut() throws {
    try withSigner { signer in
      let name = "\(signer.host)/signed/box:1"
      #expect(try signer.push(name, "--sign-by", signer.key).status == 0)
      try signer.allow(signer.signedBy(), "signed")
      // By digest, which has no tag to be signed.
      let folder = try #require(signer.signatures.first).split(separator: "/")[1]
      let digest = folder.replacingOccurrences(of: "box@sha256=", with: "sha256:")
      #expect(try signer.pull("\(signer.host)/signed/box@\(digest)").status == 0)
      // Under another tag.
      _ = try signer.skopeo(
        "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false", "docker://\(name)",
        "docker://\(signer.host)/signed/box:2")
      let other = try signer.pull("\(signer.host)/signed/box:2")
      #expect(other.stderr.contains("it is for the name \(name)"), "\(other)")
      try signer.allow(
        signer.signedBy(#", "signedIdentity": {"type": "matchRepository"}"#), "signed")
      #expect(try signer.pull("\(signer.host)/signed/box:2").status == 0)
      try signer.allow(
        signer.signedBy(
          #", "signedIdentity": {"type": "exactReference", "dockerReference": "\#(name)"}"#),
        "signed")
      #expect(try signer.pull("\(signer.host)/signed/box:2").status == 0)
      // A mirror of another name.
      _ = try signer.skopeo(
        "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false", "docker://\(name)",
        "docker://\(signer.host)/mirror/box:1")
      try signer.allow(
        signer.signedBy(
          #", "signedIdentity": {"type": "remapIdentity", "prefix": "\#(signer.host)/mirror", "signedPrefix": "\#(signer.host)/signed"}"#
        ), "mirror")
      #expect(try signer.pull("\(signer.host)/mirror/box:1").status == 0)
      // Another key.
      try signer.make(key: "stranger@example.com")
      let stranger = signer.signedBy().replacingOccurrences(
        of: signer.key, with: "stranger@example.com")
      try signer.allow(stranger, "signed")
      let unknown = try signer.pull(name)
      #expect(unknown.stderr.contains("of none of the accepted keys"), "\(unknown)")
      // A signature for another image under the right name.
      try signer.allow(signer.signedBy(), "signed")
      let path = "\(signer.lookaside)/signed/\(folder)/signature-1"
      let right = try Data(contentsOf: URL(filePath: path))
      try signer.engine.must("pull", "-q", "oci:\(signer.engine.layout)")
      let foreign = "sha256:" + String(repeating: "a", count: 64)
      let payload = try signer.engine.workspace.write(
        #"{"critical":{"type":"atomic container signature","image":{"docker-manifest-digest":"\#(foreign)"},"identity":{"docker-reference":"\#(name)"}},"optional":{}}"#,
        to: "payload")
      try FileManager.default.removeItem(atPath: path)
      try signer.engine.workspace.must(
        "gpg", "--batch", "--local-user", signer.key, "--output", path, "--sign", payload)
      let forOther = try signer.pull(name)
      #expect(forOther.stderr.contains("it is for the manifest \(foreign)"), "\(forOther)")
      // Changed, then gone.
      var changed = right
      changed[changed.count / 2] ^= 1
      try changed.write(to: URL(filePath: path))
      let tampered = try signer.pull(name)
      #expect(tampered.stderr.contains("no signature is accepted"), "\(tampered)")
      try FileManager.default.removeItem(atPath: path)
      let missing = try signer.pull(name)
      #expect(missing.stderr.contains("and there is none"), "\(missing)")
      let elsewhere = try signer.pull("\(signer.host)/elsewhere:1")
      #expect(elsewhere.stderr.contains("the trust policy rejects it"), "\(elsewhere)")
    }
  }

  /// The signatures are read from a web server, where their files are published.
  @Test func signaturesAreHadFromTheWeb() throws {
    try withSigner { signer in
      let lookaside = signer.lookaside
      let web = try TestServer(signer.engine.workspace) { request, _ in
        guard request.path.hasPrefix("/published/"), request.headers["authorization"] == nil,
          let data = FileManager.default.contents(atPath: lookaside + request.path.dropFirst(10))
        else { return .text(404, "") }
        return TestServer.Reply(body: data)
      }
      _ = try signer.engine.workspace.write(
        """
        docker:
          \(signer.host)/signed:
            lookaside: http://\(web.host)/published/
            lookaside-staging: file://\(lookaside)
        """, to: "home/.config/containers/registries.d/test.yaml")
      let name = "\(signer.host)/signed/box:1"
      #expect(try signer.push(name, "--sign-by", signer.key).status == 0)
      try signer.allow(signer.signedBy(), "signed")
      #expect(try signer.pull(name).status == 0)
      #expect(web.requests.last?.path.hasSuffix("/signature-2") == true)
      // Where the web is all that there is, nothing can be written.
      _ = try signer.engine.workspace.write(
        "default-docker:\n  lookaside: http://\(web.host)/published\n",
        to: "home/.config/containers/registries.d/test.yaml")
      let refused = try signer.engine.run(
        "push", "-q", "--tls-verify=false", "--sign-by", signer.key, name, name + "2")
      #expect(refused.stderr.contains("please set lookaside-staging"), "\(refused)")
    }
  }

  @Test func aListIsNoProofForTheImageThatIsStored() throws {
    try withSigner { signer in
      let list = "localhost/list:1"
      try signer.engine.must("manifest", "create", list, Engine.image)
      let name = "\(signer.host)/signed/list:1"
      try signer.engine.must(
        "manifest", "push", "-q", "--tls-verify=false", "--sign-by", signer.key, list,
        "docker://\(name)")
      // One for the list, one for the image.
      #expect(signer.signatures.count == 2)
      let index = try signer.skopeo("inspect", "--raw", "--tls-verify=false", "docker://\(name)")
        .json
      let image = try #require(index["manifests"][0]["digest"].string).dropFirst(7)
      try signer.allow(signer.signedBy(), "signed")
      try signer.engine.must("manifest", "rm", list)
      #expect(try signer.pull(name).status == 0)
      let own = try #require(signer.signatures.first { $0.contains(image) })
      try FileManager.default.removeItem(atPath: "\(signer.lookaside)/\(own)")
      let refused = try signer.pull(name)
      #expect(refused.stderr.contains("and there is none"), "\(refused)")
    }
  }

  @Test func imageSignWritesForSkopeo() throws {
    try withSigner { signer in
      let name = "\(signer.host)/team/box:1"
      #expect(try signer.push(name).status == 0)
      let folder = signer.folder + "/signatures"
      try signer.engine.must(
        "image", "sign", "--sign-by", signer.key, "--directory", folder, "--tls-verify=false",
        "docker://\(name)")
      let file = try #require(
        FileManager.default.subpaths(atPath: folder)?.first { $0.hasSuffix("/signature-1") })
      // Without a folder it goes to the place of registries.d, where it is found.
      try signer.engine.must(
        "image", "sign", "--sign-by", signer.key, "--tls-verify=false", "docker://\(name)")
      #expect(signer.signatures == [file])
      try signer.allow(signer.signedBy(), "team")
      #expect(try signer.pull(name).status == 0)
      let nobody = try signer.engine.run(
        "image", "sign", "--sign-by", "nobody@example.com", "--tls-verify=false", "docker://\(name)"
      )
      #expect(nobody.status == 125)
      #expect(nobody.stderr.contains("it cannot be signed: gpg:"), "\(nobody)")
      let none = try signer.engine.run("image", "sign", "docker://\(name)")
      #expect(none.stderr.contains("--sign-by"), "\(none)")
    }
  }

  /// Debian's skopeo was built without cosign's signatures: openssl takes its place.
  @Test func sigstoreSignatures() throws {
    try withSigner { signer in
      let private_ = try signer.engine.workspace.write(Self.privateKey, to: "cosign.key")
      let public_ = try signer.engine.workspace.write(Self.publicKey, to: "cosign.pub")
      let passphrase = try signer.engine.workspace.write("secret\n", to: "passphrase")
      let name = "\(signer.host)/signed/box:1"
      let pushed = try signer.push(
        name, "--sign-by-sigstore-private-key", private_, "--sign-passphrase-file", passphrase)
      #expect(pushed.status == 0, "\(pushed)")
      let image = try signer.skopeo(
        "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://\(name)"
      ).text.dropFirst(7)
      let artifact = "\(signer.host)/signed/box:sha256-\(image).sig"
      _ = try signer.skopeo(
        "copy", "-q", "--src-tls-verify=false", "docker://\(artifact)",
        "dir:\(signer.folder)/artifact")
      let manifest = try JSONValue(parsing: contents(signer.folder + "/artifact/manifest.json"))
      let layer = manifest["layers"][0]
      let signature = try #require(
        Data(
          base64Encoded: layer["annotations"]["dev.cosignproject.cosign/signature"].string ?? ""))
      try signature.write(to: URL(filePath: signer.folder + "/signature"))
      let payload =
        "\(signer.folder)/artifact/" + (layer["digest"].string ?? "").dropFirst(7)
      try signer.engine.workspace.must(
        "openssl", "dgst", "-sha256", "-verify", public_, "-signature",
        signer.folder + "/signature",
        payload)
      #expect(contents(payload).contains("sha256:\(image)"))

      let requirement = #"{"type": "sigstoreSigned", "keyPath": "\#(public_)"}"#
      try signer.allow(requirement, "signed")
      #expect(try signer.pull(name).status == 0)
      _ = try signer.skopeo(
        "copy", "-q", "--remove-signatures", "--src-tls-verify=false", "--dest-tls-verify=false",
        "docker://\(name)",
        "docker://\(signer.host)/signed/unsigned:1")
      let unsigned = try signer.pull("\(signer.host)/signed/unsigned:1")
      #expect(unsigned.stderr.contains("and there is none"), "\(unsigned)")
      let other = try signer.engine.workspace.must(
        "openssl", "ecparam", "-name", "prime256v1", "-genkey")
      let otherKey = try signer.engine.workspace.write(other.stdout, to: "other.key")
      try signer.engine.workspace.must(
        "openssl", "ec", "-in", otherKey, "-pubout", "-out", signer.folder + "/other.pub")
      try signer.allow(
        requirement.replacingOccurrences(of: public_, with: signer.folder + "/other.pub"), "signed")
      let wrongKey = try signer.pull(name)
      #expect(wrongKey.stderr.contains("of none of the accepted keys"), "\(wrongKey)")
      try signer.allow(
        #"{"type": "sigstoreSigned", "fulcio": {}, "rekorPublicKeyPath": "/x"}"#, "signed")
      let fulcio = try signer.pull(name)
      #expect(fulcio.stderr.contains("signatures by fulcio, which is not supported"), "\(fulcio)")

      try signer.engine.must("pull", "-q", "oci:\(signer.engine.layout)")
      let wrong = try signer.engine.workspace.write("wrong", to: "wrong")
      let refused = try signer.engine.run(
        "push", "-q", "--tls-verify=false", "--sign-by-sigstore-private-key", private_,
        "--sign-passphrase-file", wrong, try signer.engine.must("images", "-q").text, name)
      #expect(refused.stderr.contains("the passphrase does not open it"), "\(refused)")
    }
  }

  private static let privateKey = """
    -----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----
    eyJrZGYiOiB7Im5hbWUiOiAic2NyeXB0IiwgInBhcmFtcyI6IHsiTiI6IDMyNzY4
    LCAiciI6IDgsICJwIjogMX0sICJzYWx0IjogImNDb2JQeDB0QzlMRUQ2dmhYNEtV
    YStqcE1hOWQvaXNhMk1UMnplUlo1V1U9In0sICJjaXBoZXIiOiB7Im5hbWUiOiAi
    bmFjbC9zZWNyZXRib3giLCAibm9uY2UiOiAiTXh3M2hyK1VrcUlRS0Vpb0FmT0NF
    YnNsbDlRb3drdC8ifSwgImNpcGhlcnRleHQiOiAiNXpIZW9ISmwraUtkMUg1ajg2
    ZG53eFFEVzNYOXk4TVFtV0VVR3c5aXVJUDdic2pHVDZGejVUcHMzMjlpNTF1bDU3
    YXh6TGJPU0QvMmhGVnZyN2hDTjY4ZVNuOHR2U0ZkWUNuVCtNYXI2TlNUSUNwNkth
    N2FWM1NhMGthdm9oRzZ0eXNsSDVpZGprNDVWRHk2ZVdyRFVkT0g1ZGltbUNEYmE0
    NWlXWmtYNWtUQnVTRVNnSlVJbVJWcnlNUzhzTDhVbXBublVkVVNiQlZoclE9PSJ9
    -----END ENCRYPTED COSIGN PRIVATE KEY-----
    """

  private static let publicKey = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEen4a0qqI61XaHVshzi/edgWJ4qiT
    Em6/nqowwcj0sxDwsYU2jvZdzdIw7qnd/c/aFB8y5ViEnuS2sa4kPuj+jg==
    -----END PUBLIC KEY-----
    """
}
