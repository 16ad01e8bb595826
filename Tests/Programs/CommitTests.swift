import Foundation
import Testing

/// `podman commit`, `diff`, `export` and `import`.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "podman is there")"))
struct CommitTests {
  private static let changing = """
    sh -c 'echo new >/etc/new; ln /etc/new /etc/hard; rm -r /home; mkdir -p /home/fresh; rm /etc/passwd
      chmod 700 /tmp; sleep 1000'
    """

  /// A container with changes whose names are known.
  private func changed(_ engine: Engine) throws {
    let script = """
      set -e
      podman run -d --name c --network none --label a=b --env E=1 -w /tmp \(Engine.image) \(Self.changing) \
        >/dev/null
      until podman diff c | grep -q 'C /tmp'; do sleep 0.1; done
      """
    let result = try engine.shell(script)
    #expect(result.status == 0, "\(result)")
  }

  @Test func diffTellsWhatChanged() throws {
    try withEngine { engine in
      try engine.must(
        "run", "--name", "before", "--network", "none", Engine.image, "sh", "-c",
        "mkdir -p /home/old; echo 1 >/home/old/file")
      try engine.must("commit", "-q", "before", "base")
      let run =
        "podman run --name c --network none base sh -c 'echo x >/etc/new; rm -r /home/old; mkdir /home/fresh"
        + "; chmod 700 /tmp'; podman diff c"
      let list = try engine.shell(run).text
      #expect(list == "C /etc\nA /etc/new\nC /home\nA /home/fresh\nD /home/old\nC /tmp")
      let json = try engine.must("diff", "--format", "json", "c").text
      #expect(json.contains("\"deleted\": [\n          \"/home/old\"\n     ]"))
      #expect(try engine.must("diff", "c", "base").text.contains("D /home/old"))
      #expect(try engine.must("container", "diff", "-l").text == list)
      #expect(try engine.must("image", "diff", "base").text.contains("A /home/old/file"))
      #expect(try engine.run("image", "diff", "c").status == 125)
    }
  }

  @Test(arguments: ["oci", "docker"]) func commitMakesAnImage(_ format: String) throws {
    try withEngine { engine in
      try changed(engine)
      // OCI's configuration has no place for it.
      #expect(try engine.run("commit", "--message", "why", "c").status == 125)
      let message = format == "docker" ? "--message why" : ""
      let script = """
        set -e
        podman commit --quiet --format \(format) --author 'A. Uthor' \(message) --pause \
          --change 'CMD ["cat", "/etc/new"]' --change 'ENV F=2 G="3 4"' --change 'LABEL x=y' \
          --change 'EXPOSE 80' --change 'VOLUME /v' --change 'USER 5' --change 'STOPSIGNAL SIGINT' \
          --change 'ONBUILD RUN x' --change ENTRYPOINT=[] --iidfile id c made >printed
        cmp id <(tr -d '\\n' <printed)
        podman inspect --type image --format '{{.Author}}|{{.Config.Cmd}}|{{.Config.User}}|{{.Config.Labels}}|{{.Config.ExposedPorts}}' made
        podman inspect --type image --format '{{.ManifestType}}|{{.Config.StopSignal}}|{{.Config.Volumes}}' made
        podman run --rm --network none --user 0 made
        podman run --rm --network none --user 0 made sh -c 'echo $E $F $G; ls /home; ls /etc/passwd; ls -l /etc/hard | tr -s " " | cut -d" " -f1-2'
        podman history --format '{{.Comment}}' made | head -1
        podman ps --format '{{.Status}}' | cut -c1-2
        """
      let result = try engine.shell(script)
      #expect(result.status == 1 || result.status == 0, "\(result)")
      let type =
        format == "oci"
        ? "application/vnd.oci.image.manifest.v1+json"
        : "application/vnd.docker.distribution.manifest.v2+json"
      #expect(
        result.text == """
          A. Uthor|[cat /etc/new]|5|map[a:b x:y]|map[80/tcp:{}]
          \(type)|SIGINT|map[/v:{}]
          new
          1 2 3 4
          fresh
          -rw-r--r-- 2
          \(format == "docker" ? "why" : "FROM \(Engine.image)")
          Up
          """)
    }
  }

  @Test func squashedImagesHaveOneLayer() throws {
    try withEngine { engine in
      try changed(engine)
      try engine.must("commit", "--quiet", "--squash", "c", "one")
      #expect(try engine.inspect("one", "{{len .RootFS.Layers}}") == "1")
      #expect(
        try engine.must("run", "--rm", "--network", "none", "one", "ls", "/home").text == "fresh")
    }
  }

  @Test(arguments: [
    ("CMD", "instruction"), ("FROM x", "none of"), ("ENV x", "value"), ("EXPOSE 99999", "port"),
  ])
  func badChangesLeaveNothing(_ change: String, _ reason: String) throws {
    try withEngine { engine in
      try engine.must("create", "--name", "c", Engine.image)
      let before = try engine.must("images", "-q", "-a").text
      let result = try engine.run("commit", "--change", change, "c", "made")
      #expect(result.status == 125)
      #expect(result.stderr.contains(reason))
      #expect(try engine.must("images", "-q", "-a").text == before)
    }
  }

  /// What is exported and imported again is the same file tree, whatever it is compressed with.
  @Test func exportAndImport() throws {
    try withEngine { engine in
      try changed(engine)
      let script = """
        set -e
        podman export c >c.tar; podman export -o c2.tar c; cmp c.tar c2.tar
        gzip -k c.tar; zstd -q c.tar 2>/dev/null || cp c.tar.gz c.tar.zst
        podman import --change 'CMD ["cat", "/etc/new"]' --message hello --arch arm64 c.tar.gz first:tag
        podman import - second <c.tar.zst
        podman import c.tar
        podman inspect --type image --format '{{.Architecture}} {{index .RootFS.Layers 0}}' first:tag
        podman inspect --type image --format '{{index .RootFS.Layers 0}}' second
        sha256sum <c.tar
        podman run --rm --network none --arch arm64 first:tag
        podman history --format '{{.Comment}}' first:tag
        """
      let result = try engine.shell(script)
      #expect(result.status == 0, "\(result)")
      let lines = result.text.split(separator: "\n").map(String.init)
      guard lines.count == 8 else {
        Issue.record("\(lines) \(result.stderr)")
        return
      }
      let digest = "sha256:" + lines[5].prefix(64)
      #expect(lines[3] == "arm64 \(digest)")
      #expect(lines[4] == digest)
      #expect(lines[6...].elementsEqual(["new", "hello"]))
      #expect(try engine.run("import", "missing.tar").status == 125)
      #expect(try engine.shell("echo no archive | podman import -").status == 125)
      let before = try engine.must("images", "-q", "-a").text
      #expect(try engine.shell("head -c 3000 c.tar | podman import - broken").status == 125)
      #expect(try engine.must("images", "-q", "-a").text == before)
    }
  }

  /// A layer that was committed is pushed and pulled again with the digest that it has here.
  @Test func committedLayersComeBack() throws {
    try withEngine { engine in
      try changed(engine)
      let script = """
        set -e
        podman commit -q c made >/dev/null
        podman save --quiet --format oci-archive -o made.tar made
        podman inspect --type image --format '{{.Id}}' made; podman rmi made >/dev/null
        podman load --quiet -i made.tar >/dev/null
        podman inspect --type image --format '{{.Id}}' made
        """
      let result = try engine.shell(script)
      #expect(result.status == 0, "\(result)")
      let ids = result.text.split(separator: "\n")
      #expect(ids.count == 2 && ids.first == ids.last)
    }
  }
}
