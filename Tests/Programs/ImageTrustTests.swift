import Foundation
import Testing

/// `podman image trust` and `podman image scp`.
@Suite(.serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct ImageTrustTests {
  @Test(.enabled(if: Program.named("gpg") != nil, "gpg is not installed"))
  func theTrustPolicyIsShownAndSet() throws {
    try withEngine { engine in
      let folder = engine.workspace.folder
      let home = folder + "/home"
      try FileManager.default.createDirectory(
        atPath: home + "/keys", withIntermediateDirectories: true)
      chmod(home + "/keys", 0o700)
      engine.workspace.environment["HOME"] = home
      engine.workspace.environment["GNUPGHOME"] = home + "/keys"
      engine.workspace.atEnd { [workspace = engine.workspace] in
        _ = try? workspace.run(["gpgconf", "--homedir", home + "/keys", "--kill", "all"])
      }
      try engine.workspace.must(
        "gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Me <me@example.com>",
        "ed25519", "sign", "never")
      try engine.workspace.must(
        "gpg", "--batch", "--output", folder + "/me.gpg", "--export", "me@example.com")
      let policy = try engine.workspace.write(
        #"{"default": [{"type": "insecureAcceptAnything"}], "transports": {"dir": {"": [{"type": "reject"}]}}}"#,
        to: "policy.json")
      let stores = folder + "/registries"
      try FileManager.default.createDirectory(atPath: stores, withIntermediateDirectories: true)
      _ = try engine.workspace.write(
        "docker:\n  a.example/team:\n    lookaside: https://a.example/signatures\n",
        to: "registries/a.yaml")
      let file = ["--signature-policy", policy]
      func trust(_ words: String...) throws -> Output {
        try engine.workspace.run(
          engine.command(["image", "trust", words[0]] + file + words.dropFirst()))
      }
      #expect(try trust("set", "-f", folder + "/me.gpg", "a.example/team").status == 0)
      #expect(try trust("set", "--type", "reject", "default").status == 0)
      #expect(try trust("set", "--type", "accept", "b.example").status == 0)
      let shown = try trust("show", "--registrypath", stores)
      #expect(
        shown.lines.map { $0.split(separator: " ").map(String.init) } == [
          ["TRANSPORT", "NAME", "TYPE", "ID", "STORE"], ["all", "default", "reject"],
          ["dir", "reject"],
          [
            "repository", "a.example/team", "signed", "me@example.com",
            "https://a.example/signatures",
          ], ["repository", "b.example", "accept"],
        ], "\(shown)")
      let one = try trust("show", "-n", "b.example").words
      #expect(one == ["repository", "b.example", "accept"])
      let json = try trust("show", "--json", "--registrypath", stores).json
      #expect(json[2]["gpg_id"].string == "me@example.com")
      #expect(json[2]["sigstore"].string == "https://a.example/signatures")
      #expect(json[2]["keys"][0].string == folder + "/me.gpg")
      #expect(try trust("show", "--raw").json["default"][0]["type"].string == "reject")
      // Debian's podman reads what we wrote.
      if let podman = Program.named("podman") {
        engine.workspace.environment["CONTAINERS_CONF"] = "/dev/null"
        let theirs = try engine.workspace.must(
          podman, "--root", folder + "/data/theirs", "--runroot", folder + "/data/theirs-run",
          "--storage-driver", "vfs", "image", "trust", "show", "--json", "--policypath", policy,
          "--registrypath", stores)
        #expect(theirs.stdout.contains("a.example/team"), "\(theirs)")
      }
      for (words, reason) in [
        (["--type", "perhaps", "c.example"], "accept, reject"), (["c.example"], "--pubkeysfile"),
        (["-f", "/no/such/key", "c.example"], "no such file"),
      ] {
        let output = try engine.workspace.run(
          engine.command(["image", "trust", "set"] + file + words))
        #expect(output.status == 125)
        #expect(output.stderr.lowercased().contains(reason), "\(output)")
      }
    }
  }

  /// Another user's store is reached as that user: here he is root too, by another name's home.
  @Test func imagesGoFromOneUsersStoreToAnothers() throws {
    try withEngine { engine in
      let same = try engine.run("image", "scp", "root@localhost::busybox", "root@localhost::")
      #expect(same.stderr.contains("the same store"), "\(same)")
      for (source, target, reason) in [
        ("busybox", "nobody-there@localhost::", "no such user"),
        ("busybox", "elsewhere", "names no host"),
        ("busybox", "-oProxyCommand=x::", "not of the form"),
        ("busybox", "a@b:22/run/podman.sock::", "has no meaning"),
      ] {
        let output = try engine.run("image", "scp", "--", source, target)
        #expect(output.status == 125)
        #expect(output.stderr.contains(reason), "\(output)")
      }
      // An ssh that runs what it is told on this machine, with a store of its own.
      let root = engine.workspace.folder + "/data/other"
      _ = try engine.workspace.write(
        """
        #!/bin/bash
        [ "$1 $2 $3 $4" = "-p 2222 -- me@far.example" ] || exit 9
        shift 5
        exec '\(Engine.program)' --root '\(root)' --runroot '\(root)-run' "$@"
        """, to: "ssh")
      chmod(engine.workspace.folder + "/ssh", 0o755)
      let output = try engine.shell(
        """
        unshare -m /bin/bash -ec 'mount --bind ssh /usr/bin/ssh; '"'\(Engine.program)' \
        \(engine.options.joined(separator: " ")) image scp -q \(Engine.image) me@far.example:2222::"
        """)
      #expect(output.text == "Loaded image: \(Engine.image)", "\(output)")
      let there = try engine.workspace.must(
        Engine.program, "--root", root, "--runroot", root + "-run", "images", "-q", "--no-trunc")
      #expect(there.text == (try engine.must("images", "-q", "--no-trunc").text))
      // And back, under a new name.
      try engine.must("rmi", "--all", "--force")
      let back = try engine.shell(
        """
        unshare -m /bin/bash -ec 'mount --bind ssh /usr/bin/ssh; '"'\(Engine.program)' \
        \(engine.options.joined(separator: " ")) image scp -q me@far.example:2222::\(Engine.image)"
        """)
      #expect(back.text == "Loaded image: \(Engine.image)", "\(back)")
      #expect(try engine.must("images", "-q").lines.count == 1)
    }
  }
}
