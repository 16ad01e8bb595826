import Foundation
import Testing

/// `podman images` and its kin on a store that buildah fills, held against Debian's podman.
@Suite(.enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct ImageCommandTests {
  @Test(.enabled(if: buildah != nil, "buildah or podman is not installed"))
  func showsWhatDebiansPodmanShows() throws {
    try withEngine { engine in
      try fill(engine)
      let lines = [
        "images -a --format 'table {{.Repository}}\\t{{.Tag}}\\t{{.Digest}}\\t{{.ID}}\\t{{.Size}}'",
        "images -q", "images -q --no-trunc", "images --format '{{.History}} {{.RepoDigests}}'",
        "images --sort size --format '{{.Repository}} {{.Tag}} {{.Size}} {{.Labels}}'",
        "images app", "images 'localhost/*'", "images -f dangling=true -q",
        "images -f label=extra -q", "images -f before=app:v1 -q", "history --human=false app:v1",
        "history -q --no-trunc tool:2.0", "image tree app:v1", "image tree --whatrequires base",
        "image inspect app:v1 quay.io/team/tool:2.0",
        "inspect --format '{{.Id}} {{.Config.Env}}' base",
        "image exists base", "image exists nothing", "image tree nothing", "history nothing",
      ]
      for line in lines {
        var ours = try engine.shell("podman " + line)
        var theirs = try engine.debian(line)
        // Ages are told by seconds, and one may have passed between the two.
        for _ in 0..<5 where ours.stdout != theirs.stdout {
          ours = try engine.shell("podman " + line)
          theirs = try engine.debian(line)
        }
        #expect(ours.stdout == theirs.stdout, "\(line)")
        #expect(ours.status == theirs.status, "\(line): \(ours)")
      }
    }
  }

  @Test(.enabled(if: buildah != nil, "buildah or podman is not installed"))
  func removesAsPodmanDoes() throws {
    try withEngine { engine in
      try fill(engine)
      let app = try engine.must("image", "inspect", "--format", "{{.Id}}", "app:v1").text
      // One name of several is only taken away; an id with several names needs force.
      #expect(try engine.must("rmi", "app:v1").text == "Untagged: localhost/app:v1")
      try engine.must("tag", app, "localhost/app:v1")
      let several = try engine.run("rmi", app)
      #expect(several.status == 125 && several.stderr.contains("by ID with more than one tag"))
      // An unknown name is 1, and the known ones go.
      let mixed = try engine.run("rmi", "nothing", "localhost/app:latest")
      #expect(mixed.status == 1 && mixed.stderr == "Error: nothing: image not known\n")
      #expect(mixed.text == "Untagged: localhost/app:latest")
      #expect(try engine.run("rmi", "--ignore", "nothing").status == 0)
      // One that a container stands on is 2.
      try engine.must("create", "--name", "user", "--network", "none", "quay.io/team/tool:2.0", "x")
      let used = try engine.run("rmi", "quay.io/team/tool:2.0")
      #expect(used.status == 2 && used.stderr.contains("image is in use by a container"))
      // Its parent goes by name, but stays below it.
      #expect(try engine.must("rmi", "localhost/app:v1").text == "Untagged: localhost/app:v1")
      try engine.must("rmi", "--force", "quay.io/team/tool:2.0")
      #expect(try engine.run("container", "exists", "user").status == 1)
      // What nothing names goes with prune.
      #expect(try engine.run("image", "prune", input: "n\n").text.contains("dangling images"))
      #expect(try engine.must("images", "-f", "dangling=true", "-q").lines.count == 1)
      #expect(try engine.must("image", "prune", "--force").lines.count == 1)
      try engine.must("image", "prune", "--all", "--force")
      #expect(try engine.must("images", "--all", "--quiet").text == "")
    }
  }

  /// More than a gigabyte of zeros in some ten kilobytes, as a layer that is pulled, loaded or imported.
  @Test(.enabled(if: Program.named("zstd") != nil, "zstd is not installed"))
  func bombsAreRefusedWhereverTheyComeFrom() throws {
    try withEngine { engine in
      try engine.must("rmi", "--all", "--force")
      try engine.workspace.must(
        "/bin/sh", "-ec",
        """
        cd \(engine.workspace.folder); mkdir -p bomb/blobs/sha256; cd bomb; blobs=blobs/sha256
        truncate -s 1200M zeros; tar -cf - zeros | zstd -q1 >layer; rm zeros
        put() { d=$(sha256sum <"$1" | cut -d" " -f1); size=$(stat -c %s "$1"); cp "$1" $blobs/$d; }
        none=$(printf %064d 0)
        printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
          $none >config
        put layer; l='{"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd","digest":"sha256:'$d'","size":'$size'}'
        put config; c='{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:'$d'","size":'$size'}'
        printf '{"schemaVersion":2,"config":%s,"layers":[%s]}' "$c" "$l" >manifest
        put manifest; m='{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:'$d'","size":'$size'}'
        printf '{"schemaVersion":2,"manifests":[%s]}' "$m" >index.json
        printf '{"imageLayoutVersion":"1.0.0"}' >oci-layout
        tar -cf ../bomb.tar oci-layout index.json blobs
        """)
      for command in ["pull -q oci:bomb", "load -q -i bomb.tar", "import -q bomb/layer"] {
        let output = try engine.shell("podman \(command)")
        #expect(output.status == 125, "\(command): \(output)")
        #expect(output.stderr.contains("ratio of compression"), "\(command): \(output)")
        #expect(try engine.must("images", "--all", "--quiet").text == "")
      }
    }
  }

  /// Behind a redirection, and not to a place that does not have it.
  @Test func archivesComeFromTheWeb() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let folder = engine.workspace.folder
      try engine.must("save", "-q", "-o", "\(folder)/image.tar", Engine.image)
      try engine.workspace.must(
        "/bin/sh", "-ec", "cd \(folder); gzip -1 image.tar; echo one >one; tar -cf files.tar one")
      let server = try TestServer(engine.workspace) { request, _ in
        switch request.path {
        case "/away": return .text(302, "", ["Location": "/image.tar.gz"])
        case "/image.tar.gz", "/files.tar":
          var reply = TestServer.Reply.text(200, "")
          reply.body =
            (try? Data(contentsOf: URL(fileURLWithPath: folder + request.path))) ?? Data()
          return reply
        default: return .text(404, "no such file")
        }
      }
      try engine.must("rmi", "--all", "--force")
      let host = "http://127.0.0.1:\(server.port)"
      #expect(
        try engine.must("load", "-q", "-i", "\(host)/away").text == "Loaded image: \(Engine.image)")
      let id = try engine.must("import", "-q", "\(host)/files.tar", "localhost/files:1").text
      #expect(
        try engine.inspect("localhost/files:1", "{{.Id}}")
          == id.replacingOccurrences(of: "sha256:", with: ""))
      for command in ["load -q -i", "import -q"] {
        let missing = try engine.shell("podman \(command) \(host)/nothing")
        #expect(missing.status == 125 && missing.stderr.contains("nothing"), "\(missing)")
      }
    }
  }

  @Test func namesCanBeGivenAndTaken() throws {
    try withEngine { engine in
      try engine.must("tag", "busybox", "tool", "example.com:5000/a/b:c")
      let names = "{{.Repository}}:{{.Tag}}"
      #expect(
        Set(try engine.must("images", "--format", names).lines)
          == [Engine.image, "localhost/tool:latest", "example.com:5000/a/b:c"])
      try engine.must("untag", "busybox", "a/b:c")
      #expect(try engine.must("images", "--format", names).lines.count == 2)
      #expect(try engine.run("untag", "busybox", "nothing").status == 125)
      #expect(try engine.run("tag", "busybox", "UPPER case").status == 125)
      try engine.must("untag", "busybox")
      #expect(try engine.must("images", "--format", names).text == "<none>:<none>")
    }
  }

  @Test func commandLine() throws {
    try withEngine { engine in
      let mistyped = try engine.run("imags")
      #expect(mistyped.status == 125 && mistyped.stderr.contains("Did you mean this?\n\timage\n"))
      #expect(try engine.run("images", "--nothing").stderr.contains("See 'podman images --help'"))
      #expect(try engine.run("images", "--log-level", "loud").status == 125)
      #expect(try engine.must("--version").text.hasPrefix("podman version "))
      #expect(
        try engine.must("image", "ls", "--help").stdout.contains("podman image list [options]"))
      #expect(try engine.must("__complete", "rmi", "localhost/b").lines == [Engine.image, ":4"])
      let info = try engine.must("info", "--format", "{{.Store.GraphDriverName}}").text
      #expect(info == "overlay")
      let file = "\(engine.workspace.folder)/out"
      try engine.must("--out", file, "version", "--format", "{{.Client.Os}}")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "linux\n")
    }
  }

  /// A base, an image on it with two names, one on that in Docker's format, and one that lost its name.
  private func fill(_ engine: Engine) throws {
    let call = "\(buildah ?? "") \(engine.options.joined(separator: " "))"
    let script = """
      set -e
      one=$(\(call) from scratch)
      echo one >one; \(call) copy $one one /one >/dev/null
      \(call) config --label team=core --port 80/tcp --volume /data --author me $one
      \(call) commit -q $one localhost/base
      two=$(\(call) from localhost/base)
      echo two >two; \(call) copy $two two /two >/dev/null
      \(call) config --label extra=yes --user 1000 $two; \(call) commit -q $two localhost/app:v1
      three=$(\(call) from localhost/app:v1)
      echo 3 >three; \(call) copy $three three /3 >/dev/null
      \(call) commit -q --format docker $three quay.io/team/tool:2.0
      four=$(\(call) from scratch)
      \(call) copy $four one /one >/dev/null; \(call) commit -q $four localhost/old
      \(call) copy $four two /two >/dev/null; \(call) commit -q $four localhost/old
      \(call) rm -a >/dev/null
      """
    try engine.workspace.must("/bin/bash", "-c", script)
    try engine.must("tag", "app:v1", "localhost/app:latest")
  }
}

/// Nil where one of the two is missing.
private let buildah = Program.podman == nil ? nil : Program.buildah

extension Engine {
  /// What Debian's podman says on the same store.
  fileprivate func debian(_ line: String) throws -> Output {
    try workspace.run([
      "/bin/bash", "-c",
      "\(Program.podman ?? "podman") \(options.joined(separator: " ")) --storage-driver overlay \(line)",
    ])
  }
}
