import Foundation
import Testing

/// `podman ps`: columns, templates, filters.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct ContainerListTests {
  @Test func rowsAndFilters() throws {
    try withEngine { podman in
      try podman.sleeper(
        "web1", "--label", "a=1", "--label", "b=2", "-v", "data:/data", "--expose", "90-92",
        "--expose", "53/udp", "--entrypoint", "[\"env\", \"--\"]")
      try podman.must(
        "create", "--name", "web2", "--network", "none", "--restart", "always", Engine.image, "true"
      )
      func names(_ words: String...) throws -> String {
        let line = ["ps", "--format", "{{.Names}}", "--sort", "names"] + words
        return try podman.workspace.must(podman.command(line)).words.joined(separator: " ")
      }
      let row = try podman.must(
        "ps", "--format",
        "{{.Names}}|{{.Command}}|{{.Labels}}|{{.Label \"a\"}}|{{.Mounts}}|{{.Ports}}|{{.State}}")
      #expect(row.text == "web1|sleep 1000|a=1,b=2|1|[/data]|90-92/tcp, 53/udp|running")
      #expect(try names() == "web1")
      #expect(try names("-a") == "web1 web2")
      #expect(try names("-n", "1") == "web2")
      for (filter, expected) in [
        ("name=^web", "web1 web2"), ("name=b[2-9]$", "web2"), ("name=/web1", "web1"),
        ("status=created", "web2"), ("label=a", "web1"), ("label=a=2", ""), ("label!=a", "web2"),
        ("ancestor=busybox", "web1 web2"), ("ancestor=^busy", ""), ("volume=data", "web1"),
        ("volume=/data", "web1"), ("volume=data:/data", "web1"), ("restart-policy=always", "web2"),
        ("restart-policy=none", "web1"), ("command=^sl", "web1"),
        ("should-start-on-boot=true", "web2"),
        ("since=web1", "web2"), ("before=web2", "web1"), ("until=1h", ""), ("health=healthy", ""),
      ] {
        #expect(try names("-a", "--filter", filter) == expected, "\(filter)")
      }
      try podman.must("pause", "web1")
      #expect(try names() == "", "what is paused does not run")
      #expect(
        try podman.must("ps", "-a", "--filter", "name=web1", "--format", "{{.Status}}").text
          == "Paused")
      let row2 = try podman.must("ps", "-a", "--ns", "--format", "json", "--filter", "name=web1")
        .json[0]
      #expect(row2["Namespaces", "Pidns"] != .null)
      #expect(row2["ExposedPorts", "53"] == .array([.string("udp")]))
      #expect(row2["Command"] == .array([.string("sleep"), .string("1000")]))
    }
  }

  @Test(
    .enabled(if: access("/usr/bin/buildah", X_OK) == 0, "buildah is not installed")
  ) func containersOfOthers() throws {
    try withEngine { podman in
      let folder = podman.workspace.folder
      let name = try podman.workspace.must(
        "/usr/bin/buildah", "--root", "\(folder)/data/root", "--runroot", "\(folder)/data/run",
        "--storage-driver", "overlay", "from", "--pull-never", Engine.image
      ).text
      #expect(try podman.must("ps", "-a", "--format", "{{.Names}}").text == "")
      #expect(
        try podman.must(
          "ps", "-a", "--external", "--format",
          "{{.Names}} {{.Command}} {{.Image}} {{.State}} {{.Status}}"
        ).text == "\(name) buildah \(Engine.image) storage Storage")
      #expect(try podman.must("rm", name).text == name)
      #expect(try podman.must("ps", "-a", "--external", "-q").text == "")
    }
  }

  @Test(arguments: [
    ("-q --size", "quiet conflicts with size and namespace"),
    ("--size --ns", "size and namespace options conflict"),
    ("-l -n 1", "last and latest are mutually exclusive"),
    ("-l --watch 1", "the watch and latest flags cannot be used together"),
    ("--filter foo=bar", "foo is an invalid filter"),
    ("--filter status=foo", "unknown container state: foo: invalid argument"),
    ("--filter name=[", "invalid filter value \"[\": it is no regular expression"),
    ("--filter until=1h --filter until=2h", "specify exactly one timestamp for until"),
  ]) func refusals(_ options: String, _ message: String) throws {
    try withWorkspace { workspace in
      let folder = workspace.folder
      let result = try workspace.run(
        [Engine.program, "--root", "\(folder)/root", "--runroot", "\(folder)/run", "ps"]
          + options.split(separator: " ").map(String.init))
      #expect(result.status == 125)
      #expect(result.stderr == "Error: \(message)\n")
    }
  }
}
