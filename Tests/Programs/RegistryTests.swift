import Foundation
import Testing

/// Pushes to and pulls from Debian's docker-registry, with skopeo to look at the results.
@Suite(
  .serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"),
  .enabled(if: Program.named("docker-registry") != nil, "docker-registry is not installed"))
struct RegistryTests {
  @Test func pushAndPullKeepTheImage() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      let id = try engine.inspect(Engine.image, "{{.Id}}")
      let name = "\(host)/team/busybox:1"
      try engine.must("tag", Engine.image, name)
      let digestFile = engine.workspace.folder + "/digest"
      try engine.must("push", "--quiet", "--tls-verify=false", "--digestfile", digestFile, name)
      let digest = contents(digestFile)
      #expect(digest.hasPrefix("sha256:"))
      // By tag, by digest, and as zstd.
      try engine.must("rmi", "--all", "--force")
      #expect(try engine.must("pull", "-q", "--tls-verify=false", name).text == id)
      try engine.must("rmi", "--all", "--force")
      let byDigest = "\(host)/team/busybox@\(digest)"
      #expect(try engine.must("pull", "-q", "--tls-verify=false", byDigest).text == id)
      let zstd = "docker://\(host)/team/zstd:1"
      try engine.must(
        "push", "-q", "--tls-verify=false", "--compression-format", "zstd", "--force-compression",
        id, zstd)
      try engine.must("rmi", "--all", "--force")
      #expect(try engine.must("pull", "-q", "--tls-verify=false", zstd).text == id)
      #expect(
        try engine.must("search", "--list-tags", "--tls-verify=false", "\(host)/team/zstd").words
          .last == "1")
      #expect(
        try engine.must("run", "--rm", "--network", "none", id, "echo", "works").text == "works")
      guard let skopeo = Program.named("skopeo") else { return }
      let raw = try engine.workspace.must(skopeo, "inspect", "--raw", "--tls-verify=false", zstd)
      #expect(raw.stdout.contains("tar+zstd"))
      try engine.workspace.must(
        skopeo, "copy", "--src-tls-verify=false", "docker://\(name)",
        "dir:\(engine.workspace.folder)/copy")
    }
  }

  /// skopeo fetches the files of such a layer one by one, by our table of contents.
  @Test(.enabled(if: Program.named("skopeo") != nil, "skopeo is not installed"))
  func chunkedLayersAreFetchedInParts() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      let id = try engine.inspect(Engine.image, "{{.Id}}")
      let name = "docker://\(host)/team/chunked:1"
      try engine.must(
        "push", "-q", "--tls-verify=false", "--compression-format", "zstd:chunked", id, name)
      let folder = engine.workspace.folder
      let skopeo = try #require(Program.named("skopeo"))
      let raw = try engine.workspace.must(skopeo, "inspect", "--raw", "--tls-verify=false", name)
      for key in ["manifest-checksum", "manifest-position", "tarsplit-position"] {
        #expect(raw.stdout.contains("io.github.containers.zstd-chunked.\(key)"), "\(raw)")
      }
      let file = try engine.workspace.write(
        """
        [storage]
        driver = "overlay"
        graphroot = "\(folder)/data/theirs"
        runroot = "\(folder)/data/theirs-run"
        [storage.options]
        pull_options = {enable_partial_images = "true", use_hard_links = "false", ostree_repos = ""}
        """, to: "partial.conf")
      // Debian's looks for the same annotations under an older name.
      let old = try engine.workspace.write(
        raw.stdout.replacingOccurrences(of: "io.github.containers.", with: "io.containers."),
        to: "old.json")
      try engine.workspace.must(
        "/usr/bin/curl", "-fsS", "-X", "PUT", "--data-binary", "@\(old)", "-H",
        "Content-Type: application/vnd.oci.image.manifest.v1+json",
        "http://\(host)/v2/team/chunked/manifests/old")
      let copy = try engine.workspace.run([
        "/usr/bin/env", "CONTAINERS_STORAGE_CONF=\(file)", skopeo, "--debug", "--insecure-policy",
        "copy",
        "--src-tls-verify=false", "docker://\(host)/team/chunked:old",
        "containers-storage:localhost/chunked:1",
      ])
      #expect(copy.status == 0, "\(copy)")
      #expect(copy.stderr.contains("etrieved partial blob"), "\(copy)")
      // Ours takes it as zstd.
      try engine.must("rmi", "--all", "--force")
      #expect(try engine.must("pull", "-q", "--tls-verify=false", name).text == id)
      #expect(
        try engine.must("run", "--rm", "--network", "none", id, "echo", "works").text == "works")
    }
  }

  @Test func runPullsWhatIsMissing() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      let name = "\(host)/box:1"
      try engine.must("push", "-q", "--tls-verify=false", Engine.image, name)
      try engine.must("rmi", "--all", "--force")
      let refused = try engine.run(
        "run", "--rm", "--pull", "never", "--network", "none", name, "true")
      #expect(refused.status == 125)
      let output = try engine.must(
        "run", "--rm", "--tls-verify=false", "--network", "none", name, "echo", "pulled")
      #expect(output.text == "pulled")
      #expect(output.stderr.contains("Trying to pull \(name)"))
    }
  }

  @Test func tlsAndLogin() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let folder = engine.workspace.folder
      let server = try DockerRegistry.makeCertificate(engine.workspace)
      let htpasswd = try #require(Program.named("htpasswd"))
      let line = try engine.workspace.must(htpasswd, "-Bbn", "user", "secret").text
      _ = try engine.workspace.write(line + "\n", to: "htpasswd")
      let host = try DockerRegistry.start(
        engine.workspace, http: "  tls: {certificate: \(server.certificate), key: \(server.key)}",
        more: "auth: {htpasswd: {realm: test, path: \(folder)/htpasswd}}")
      let name = "\(host)/box:1"
      let untrusted = try engine.run("push", "-q", Engine.image, name)
      #expect(untrusted.stderr.contains("is not trusted"), "\(untrusted)")

      try FileManager.default.createDirectory(
        atPath: folder + "/certs", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: server.certificate, toPath: folder + "/certs/ca.crt")
      let files = ["--cert-dir", folder + "/certs", "--authfile", folder + "/auth.json"]
      func run(_ words: [String], input: String? = nil) throws -> Output {
        try engine.workspace.run(
          engine.command([words[0]] + files + words.dropFirst()), input: input)
      }
      let anonymous = try run(["push", "-q", Engine.image, name])
      #expect(anonymous.stderr.contains("please log in: podman login \(host)"), "\(anonymous)")
      let wrong = try run(["login", "-u", "user", "-p", "wrong", host])
      #expect(wrong.status == 125)
      #expect(wrong.stderr.contains("invalid username/password"), "\(wrong)")
      let login = try run(["login", "-u", "user", "--password-stdin", host], input: "secret\n")
      #expect(login.text == "Login Succeeded!", "\(login)")
      #expect(try run(["login", "--get-login", host]).text == "user")
      let pushed = try run(["push", "-q", Engine.image, name])
      #expect(pushed.status == 0, "\(pushed)")
      let logout = try engine.run("logout", "--authfile", folder + "/auth.json", host)
      #expect(logout.text == "Removed login credentials for \(host)")
      #expect(try run(["pull", "-q", name]).status == 125)
    }
  }

  @Test func listsHaveAnImageForEachPlatform() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      let folder = engine.workspace.folder
      let id = try engine.inspect(Engine.image, "{{.Id}}")
      try engine.workspace.must(
        "\(projectFolder)/Scripts/make-image", folder + "/second", #"{"Cmd": ["/bin/other"]}"#,
        folder + "/root.tar")
      let second = try engine.must("pull", "-q", "oci:\(folder)/second").text
      let list = "localhost/list:1"
      #expect(try engine.run("manifest", "exists", list).status == 1)
      let listID = try engine.must("manifest", "create", list, Engine.image).text
      #expect(try engine.run("manifest", "exists", list).status == 0)
      #expect(
        try engine.must("manifest", "add", "--arch", "arm64", "--variant", "v8", list, second).text
          == listID)
      let entries = try engine.must("manifest", "inspect", list).json["manifests"]
      #expect(entries[1]["platform"]["architecture"].string == "arm64")
      let remote = "\(host)/several:1"
      try engine.must("manifest", "push", "-q", "--tls-verify=false", list, "docker://\(remote)")
      #expect(try engine.must("manifest", "rm", list).text == "Deleted: \(listID)")
      try engine.must("rmi", "--all", "--force")
      #expect(try engine.must("pull", "-q", "--tls-verify=false", remote).text == id)
      let other = ["pull", "-q", "--tls-verify=false", "--platform", "linux/arm64", remote]
      #expect(try engine.workspace.must(engine.command(other)).text == second)
      let none = try engine.run(
        "pull", "-q", "--tls-verify=false", "--arch", "s390x", "--os", "linux", remote)
      #expect(none.stderr.contains("no image in the list is for linux/s390x"), "\(none)")
      guard let skopeo = Program.named("skopeo") else { return }
      try engine.workspace.must(
        skopeo, "copy", "--all", "--src-tls-verify=false", "docker://\(remote)",
        "dir:\(folder)/several")
    }
  }

  @Test func listsAreChangedAndPushedAsAsked() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      let list = "localhost/list:1"
      try engine.must("manifest", "create", list, Engine.image)
      let digest = try #require(
        try engine.must("manifest", "inspect", list).json["manifests"][0]["digest"].string)
      try engine.must(
        "manifest", "annotate", "--features", "sse4,avx", "--os-version", "10", "--annotation",
        "a=b", list, digest)
      try engine.must("manifest", "annotate", "--index", "--subject", Engine.image, list)
      let changed = try engine.must("manifest", "inspect", list).json
      #expect(changed["manifests"][0]["platform"]["features"][1].string == "avx")
      #expect(changed["manifests"][0]["platform"]["os.version"].string == "10")
      #expect(changed["manifests"][0]["annotations"]["a"].string == "b")
      #expect(changed["subject"]["digest"].string == digest)
      let target = "docker://\(host)/list:1"
      let push = ["manifest", "push", "-q", "--tls-verify=false"]
      func pushed(_ flags: String...) throws -> Output {
        try engine.workspace.run(engine.command(push + flags + [list, target]))
      }
      // The list alone is refused by a registry that has nothing of it.
      #expect(try pushed("--all=false").status == 125)
      #expect(try pushed("--add-compression", "zstd").status == 0)
      let raw = try engine.workspace.must(
        try #require(Program.named("skopeo")), "inspect", "--raw", "--tls-verify=false", target
      ).json["manifests"]
      #expect(raw[1]["digest"].string != nil && raw[2]["digest"].string == nil, "\(raw)")
      #expect(
        raw[1]["platform"]["architecture"].string == raw[0]["platform"]["architecture"].string)
      #expect(raw[1]["annotations"]["io.github.containers.compression.zstd"].string == "true")
      let zstd = try engine.workspace.must(
        try #require(Program.named("skopeo")), "inspect", "--raw", "--tls-verify=false",
        "docker://\(host)/list@\(raw[1]["digest"].string ?? "")")
      #expect(zstd.stdout.contains("tar+zstd"), "\(zstd)")
      #expect(try pushed("--add-compression", "brotli").stderr.contains("gzip or zstd"))
      // Both can be pulled.
      try engine.must("manifest", "rm", list)
      try engine.must("rmi", "--all", "--force")
      try engine.must("pull", "-q", "--tls-verify=false", target)
      try engine.must("rmi", "--all", "--force")
      try engine.must(
        "pull", "-q", "--tls-verify=false", "\(host)/list@\(raw[1]["digest"].string ?? "")")
    }
  }

  @Test func theWayIsShown() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      let name = "\(host)/box:1"
      let words = ["--tls-verify=false", name]
      engine.workspace.environment["NO_COLOR"] = "1"
      engine.workspace.environment["TERM"] = "xterm"
      let id = try engine.inspect(Engine.image, "{{.Id}}")
      // On a terminal a line for each layer is drawn again and again, without colour.
      let pushed = try engine.onTerminal("push", "--tls-verify=false", Engine.image, name)
      #expect(pushed.stdout.contains("Copying blob"), "\(pushed)")
      #expect(pushed.stdout.contains("done   | "), "\(pushed)")
      #expect(pushed.stdout.contains("\u{1B}[K"), "\(pushed)")
      #expect(
        pushed.stdout.range(of: "\u{1B}\\[[0-9;]*m", options: .regularExpression) == nil,
        "\(pushed)")
      // Elsewhere one line each, once.
      try engine.must("rmi", "--all", "--force")
      let pulled = try engine.workspace.must(engine.command(["pull"] + words))
      #expect(pulled.stdout == id + "\n")
      #expect(!pulled.stderr.contains("\u{1B}"))
      let lines = pulled.stderr.split(separator: "\n")
      #expect(lines.filter { $0.hasPrefix("Copying blob sha256:") }.count == 1, "\(pulled)")
      #expect(lines.filter { $0.hasPrefix("Copying config sha256:") }.count == 1, "\(pulled)")
      let again = try engine.workspace.must(engine.command(["pull"] + words))
      #expect(again.stderr.contains("skipped: already exists"), "\(again)")
      let quiet = try engine.workspace.must(engine.command(["pull", "-q"] + words))
      #expect(quiet.stdout == id + "\n")
      #expect(quiet.stderr == "")
    }
  }

  @Test func imagesOfArchivesAreNamed() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let folder = engine.workspace.folder
      let id = try engine.inspect(Engine.image, "{{.Id}}")
      try engine.workspace.must(
        "\(projectFolder)/Scripts/make-image", folder + "/second", #"{"Cmd": ["/bin/other"]}"#,
        folder + "/root.tar")
      let second = try engine.must("pull", "-q", "oci:\(folder)/second").text
      try engine.must("tag", second, "localhost/second:2")
      let archive = folder + "/several.tar"
      try engine.must("save", "-q", "-m", "-o", archive, Engine.image, "second:2")
      for (place, expected) in [
        (":localhost/second:2", second), (":@0", id), (":@1", second), (":\(Engine.image)", id),
      ] {
        try engine.must("rmi", "--all", "--force")
        let output = try engine.must("pull", "-q", "docker-archive:\(archive)\(place)")
        #expect(output.text == expected, "\(place): \(output)")
      }
      for place in [":@7", ":localhost/third:1"] {
        let output = try engine.run("pull", "-q", "docker-archive:\(archive)\(place)")
        #expect(output.status == 125)
        #expect(output.stderr.contains("image not known"), "\(output)")
      }
      let all = try engine.must("load", "-q", "-i", archive)
      #expect(all.lines.count == 2, "\(all)")
      // A layout with two images under names of their own, made by skopeo.
      let skopeo = try #require(Program.named("skopeo"))
      for (source, name) in [("layout", "one"), ("second", "two")] {
        try engine.workspace.must(
          skopeo, "--insecure-policy", "copy", "-q", "oci:\(folder)/\(source)",
          "oci:\(folder)/both:\(name)")
      }
      try engine.must("rmi", "--all", "--force")
      #expect(try engine.must("pull", "-q", "oci:\(folder)/both:two").text == second)
      let unnamed = try engine.run("pull", "-q", "dir:\(folder)/nothing")
      #expect(unnamed.status == 125)
      try engine.must("push", "-q", second, "oci-archive:\(folder)/a.tar:some.example/name:3")
      try engine.must("push", "-q", second, "dir:\(folder)/files")
      try engine.must("rmi", "--all", "--force")
      #expect(
        try engine.must("pull", "-q", "oci-archive:\(folder)/a.tar:some.example/name:3").text
          == second)
      #expect(try engine.inspect(second, "{{.RepoTags}}") == "[some.example/name:3]")
      try engine.must("rmi", "--all", "--force")
      #expect(try engine.must("pull", "-q", "dir:\(folder)/files").text == second)
    }
  }

  @Test func containersConfSaysHowImagesAreWritten() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      let skopeo = try #require(Program.named("skopeo"))
      func pushed(_ lines: String, _ tag: String) throws -> JSONValue {
        engine.workspace.environment["CONTAINERS_CONF_OVERRIDE"] = try engine.workspace.write(
          "[engine]\n" + lines, to: "override.conf")
        let name = "\(host)/box-\(tag):\(tag)"
        try engine.must("push", "-q", "--tls-verify=false", Engine.image, name)
        return try engine.workspace.must(
          skopeo, "inspect", "--raw", "--tls-verify=false", "docker://" + name
        ).json
      }
      let docker = try pushed("image_default_format = \"v2s2\"\nimage_parallel_copies = 1\n", "a")
      #expect(
        docker["mediaType"].string == "application/vnd.docker.distribution.manifest.v2+json")
      let zstd = try pushed("compression_format = \"zstd\"\ncompression_level = 1\n", "b")
      #expect(zstd["layers"][0]["mediaType"].string?.hasSuffix("+zstd") == true, "\(zstd)")
      let folder = engine.workspace.folder
      engine.workspace.environment["CONTAINERS_CONF_OVERRIDE"] = try engine.workspace.write(
        "[engine]\nimage_default_transport = \"oci:\"\n", to: "override.conf")
      try engine.must("push", "-q", Engine.image, "\(folder)/pushed:tag")
      #expect(access(folder + "/pushed/index.json", F_OK) == 0)
      try engine.must("pull", "-q", "\(folder)/pushed:tag")
      engine.workspace.environment["CONTAINERS_CONF_OVERRIDE"] = try engine.workspace.write(
        "[engine]\ncompression_format = \"brotli\"\n", to: "override.conf")
      let wrong = try engine.run("push", "-q", Engine.image, "dir:\(folder)/wrong")
      #expect(wrong.stderr.contains("compression_format of containers.conf"), "\(wrong)")
    }
  }

  @Test func everyTagOfARepositoryIsPulled() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      for tag in ["1", "2", "3"] {
        try engine.must("push", "-q", "--tls-verify=false", Engine.image, "\(host)/box:\(tag)")
      }
      try engine.must("rmi", "--all", "--force")
      try engine.must("pull", "-q", "--tls-verify=false", "--all-tags", "\(host)/box")
      let names = try engine.must("images", "--format", "{{.Repository}}:{{.Tag}}").lines.sorted()
      #expect(names == ["\(host)/box:1", "\(host)/box:2", "\(host)/box:3"])
    }
  }

  @Test func archivesCarryImages() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let id = try engine.inspect(Engine.image, "{{.Id}}")
      let file = engine.workspace.folder + "/image.tar"
      for format in ["docker-archive", "oci-archive"] {
        try engine.must("save", "-q", "--format", format, "-o", file, Engine.image)
        try engine.must("rmi", "--all", "--force")
        #expect(try engine.must("load", "-q", "-i", file).text == "Loaded image: \(Engine.image)")
        #expect(try engine.inspect(Engine.image, "{{.Id}}") == id)
        guard let skopeo = Program.named("skopeo") else { continue }
        try engine.workspace.must(
          skopeo, "copy", "\(format):\(file)", "dir:\(engine.workspace.folder)/\(format)")
      }
      // By pipes, compressed, and several at once.
      try engine.must("tag", Engine.image, "localhost/other:2")
      let piped = try engine.shell(
        "podman save -m \(Engine.image) other:2 | gzip -1 >a.gz; podman rmi -af >/dev/null; podman load <a.gz"
      )
      #expect(
        Set(piped.lines) == ["Loaded image: \(Engine.image)", "Loaded image: localhost/other:2"],
        "\(piped)")
    }
  }

  @Test func aFullDiskLeavesNothing() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let small = engine.workspace.folder + "/small"
      try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
      guard mount("tmpfs", small, "tmpfs", 0, "size=1m") == 0 else {
        throw HarnessError("cannot mount a tmpfs")
      }
      let roots = ["--root", small + "/root", "--runroot", engine.workspace.folder + "/small-run"]
      for _ in 0..<2 {
        let output = try engine.workspace.run(
          [Engine.program] + roots + ["pull", "-q", "oci:\(engine.layout)"])
        #expect(output.status == 125)
        #expect(output.stderr.contains("no space left on the device"), "\(output)")
      }
      let folders = try FileManager.default.contentsOfDirectory(atPath: small + "/root/overlay")
      #expect(folders.filter { $0.count == 64 } == [])
      let size = try engine.workspace.must("/usr/bin/du", "-sk", small + "/root").words.first
      #expect(size.flatMap { Int($0) } ?? 1000 < 200, "\(size ?? "")")
    }
  }

  @Test func blockedAndRejected() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      engine.workspace.environment["CONTAINERS_REGISTRIES_CONF"] = try engine.workspace.write(
        "[registries.block]\nregistries = ['bad.example']\n", to: "block.conf")
      let blocked = try engine.run("pull", "-q", "bad.example/a")
      #expect(blocked.stderr.contains("blocked in registries.conf"), "\(blocked)")
      let policy = try engine.workspace.write(
        #"{"default":[{"type":"reject"}]}"#, to: "policy.json")
      let rejected = try engine.run(
        "pull", "-q", "--signature-policy", policy, "oci:\(engine.layout)")
      #expect(rejected.stderr.contains("the trust policy rejects it"), "\(rejected)")
    }
  }
}
