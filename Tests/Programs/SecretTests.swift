import Foundation
import Testing

/// `podman secret`, and secrets of containers.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct SecretTests {
  @Test func aSecretIsAFileOrAVariable() throws {
    try withEngine { podman in
      #expect(try podman.run("secret", "create", "key", "-", input: "hello").status == 0)
      let outcome = try podman.must(
        "run", "--rm", "--network", "none", "--secret", "key", "--secret",
        "key,target=/etc/other,uid=7,gid=8,mode=0400", "--secret", "key,type=env,target=KEY",
        Engine.image, "sh", "-c",
        "cat /run/secrets/key; echo; stat -c '%u:%g %a' /run/secrets/key /etc/other; echo $KEY")
      #expect(outcome.lines == ["hello", "0:0 444", "7:8 400", "hello"], "\(outcome)")
    }
  }

  /// A secret is in nothing that is shown, and in no image.
  @Test func aSecretIsNotShown() throws {
    try withEngine { podman in
      #expect(try podman.run("secret", "create", "key", "-", input: "tell-nobody").status == 0)
      try podman.must(
        "create", "--name", "one", "--network", "none", "--secret", "key,type=env,target=KEY",
        "--secret", "key", Engine.image, "true")
      try podman.must("start", "--attach", "one")
      for command in [["inspect", "one"], ["secret", "inspect", "key"], ["secret", "ls"]] {
        let shown = try podman.workspace.must(podman.command(command))
        #expect(!shown.stdout.contains("tell-nobody"), "\(shown)")
      }
      let told = try podman.must("secret", "inspect", "--showsecret", "key")
      #expect(told.stdout.contains("tell-nobody"))
    }
  }

  @Test(
    .enabled(if: access("/usr/bin/gpg", X_OK) == 0, "gpg is not installed")
  ) func passKeepsSecretsEncrypted() throws {
    try withEngine { podman in
      let folder = podman.workspace.folder
      let keys = "\(folder)/keys"
      try FileManager.default.createDirectory(
        atPath: keys, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let gpg = ["/usr/bin/gpg", "--homedir", keys, "--batch", "--quiet", "--passphrase", ""]
      try podman.workspace.must(gpg + ["--quick-generate-key", "someone@example.org"])
      podman.workspace.atEnd {
        _ = try? podman.workspace.run(["/usr/bin/gpgconf", "--homedir", keys, "--kill", "all"])
      }
      let store = "\(folder)/store"
      try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
      _ = try podman.workspace.write("someone@example.org\n", to: "store/.gpg-id")
      let made = try podman.run(
        "secret", "create", "--driver", "pass", "--driver-opts",
        "root=\(store),gpghomedir=\(keys)", "key", "-", input: "sesame")
      #expect(made.status == 0, "\(made)")
      let files = try FileManager.default.contentsOfDirectory(atPath: store)
      #expect(files.contains("\(made.text).gpg"), "\(files)")
      #expect(
        try podman.must(
          "run", "--rm", "--network", "none", "--secret", "key", Engine.image, "cat",
          "/run/secrets/key"
        ).text == "sesame")
      try podman.must("secret", "rm", "key")
      #expect(try FileManager.default.contentsOfDirectory(atPath: store) == [".gpg-id"])
    }
  }

  @Test func statusesAreThoseOfPodman() throws {
    try withEngine { podman in
      #expect(try podman.run("secret", "exists", "none").status == 1)
      let missing = try podman.run("secret", "rm", "none")
      #expect(missing.status == 125)
      #expect(missing.stderr == "Error: no secret with name or id \"none\": no such secret\n")
      #expect(try podman.run("secret", "rm", "--ignore", "none").status == 0)
      let inspected = try podman.run("secret", "inspect", "none")
      #expect(inspected.status == 125)
      #expect(inspected.stdout == "[]\n")
      #expect(try podman.run("secret", "create", "a/b", "-", input: "x").status == 125)
      #expect(try podman.run("secret", "create", "a", "-", input: "").status == 125)
      let unknown = try podman.run("run", "--rm", "--secret", "none", Engine.image, "true")
      #expect(unknown.status == 125, "\(unknown)")
    }
  }

  @Test func debiansPodmanSeesTheSameSecrets() throws {
    guard Program.podman != nil else { return }
    try withEngine { podman in
      #expect(try podman.run("secret", "create", "ours", "-", input: "one").status == 0)
      let theirs = ["/usr/bin/podman"] + podman.options
      try podman.workspace.must(
        ["/bin/sh", "-c", "printf two | \"$@\" secret create theirs -", "sh"] + theirs)
      #expect(
        try podman.must("secret", "inspect", "--showsecret", "-f", "{{.SecretData}}", "theirs").text
          == "two")
      let list = try podman.workspace.must(theirs + ["secret", "ls", "--format", "{{.Name}}"])
      #expect(list.lines.sorted() == ["ours", "theirs"], "\(list)")
    }
  }
}
