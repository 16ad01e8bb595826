import Foundation
import Testing

/// Our podman on a store that podman, buildah and skopeo of Debian use at the same time.
@Suite(
  .serialized,
  .enabled(if: SharedStore.reasonToSkip == nil, "\(SharedStore.reasonToSkip ?? "")"))
struct SharedStoreTests {
  private func ourNames(_ store: SharedStore) throws -> [String] {
    try store.ours("images", "--format", "{{.Repository}}:{{.Tag}}").lines.filter { !$0.isEmpty }
      .sorted()
  }

  private func theirNames(_ store: SharedStore) throws -> [String] {
    try store.theirs("images", "--format", "{{.Repository}}:{{.Tag}}").lines.filter { !$0.isEmpty }
      .sorted()
  }

  @Test func eachSeesWhatTheOtherDoesToImages() throws {
    try withSharedStore { store in
      #expect(try ourNames(store) == ["localhost/one:1"])
      #expect(try store.ours("tag", "localhost/one:1", "localhost/two:2").status == 0)
      #expect(try theirNames(store) == ["localhost/one:1", "localhost/two:2"])
      #expect(try store.theirs("untag", "localhost/one:1", "localhost/one:1").status == 0)
      #expect(try ourNames(store) == ["localhost/two:2"])
      #expect(
        try store.ours("image", "inspect", "--format", "{{.Id}} {{.Size}}", "two:2").text
          == store.theirs("image", "inspect", "--format", "{{.Id}} {{.Size}}", "two:2").text)
      #expect(try store.theirs("rmi", "localhost/two:2").status == 0)
      #expect(try ourNames(store) == [])
      #expect(store.layers == [])

      try store.copy("oci:\(store.layout)", to: "store:localhost/again:1")
      #expect(try ourNames(store) == ["localhost/again:1"])
      #expect(try store.ours("rmi", "again:1").status == 0)
      #expect(try theirNames(store) == [])
      #expect(store.layers == [])
    }
  }

  @Test func anImageThatAContainerUsesStays() throws {
    try withSharedStore { store in
      let image = SharedStore.image
      for flags in [[], ["--rm"]] {
        let created = try store.workspace.run(
          [
            Engine.program, "--root", "\(store.workspace.folder)/data/root", "--runroot",
            "\(store.workspace.folder)/data/run", "create", "--network", "none", "--name", "ours",
          ]
            + flags + [image, "true"])
        #expect(created.status == 0, "\(created)")
        let refused = try store.theirs("rmi", image)
        #expect(refused.status != 0, "\(refused)")
        #expect(try store.ours("rm", "ours").status == 0)
      }

      #expect(try store.theirs("create", "--name", "theirs", image, "true").status == 0)
      let refused = try store.ours("rmi", image)
      #expect(refused.status != 0)
      #expect(refused.stderr.contains("image is in use by a container"), "\(refused)")
      #expect(try store.theirs("rm", "theirs").status == 0)

      let working = try store.buildah("from", image).text
      #expect(try store.ours("rmi", image).status != 0)
      try store.buildah("rm", working)
      #expect(try store.ours("rmi", image).status == 0)
      #expect(store.layers == [])
    }
  }

  @Test func whatBuildahCommitsIsAnImageForUs() throws {
    try withSharedStore { store in
      let working = try store.buildah("from", SharedStore.image).text
      try store.buildah("config", "--label", "color=blue", working)
      try store.buildah("commit", "--rm", working, "localhost/built:1")
      let label = try store.ours(
        "image", "inspect", "--format", "{{index .Labels \"color\"}}", "built:1")
      #expect(label.text == "blue", "\(label)")
      let found = try store.ours("system", "check")
      #expect(found.status == 0, "\(found)")
    }
  }

  /// The archive that a layer was unpacked from comes out of the store again byte by byte.
  @Test func whatWePullIsPushedByOthersWithTheSameDigests() throws {
    try withSharedStore { store in
      #expect(try store.ours("rmi", SharedStore.image).status == 0)
      let pulled = try store.ours("pull", "--quiet", "oci:\(store.layout)")
      #expect(pulled.status == 0, "\(pulled)")
      #expect(try store.ours("tag", pulled.text, "localhost/pulled:1").status == 0)
      try store.copy("store:localhost/pulled:1", to: "dir:\(store.workspace.folder)/first")
      try store.copy("oci:\(store.layout)", to: "store:localhost/copied:1")
      try store.copy("store:localhost/copied:1", to: "dir:\(store.workspace.folder)/second")
      let digests = ["first", "second"].map { folder in
        contents("\(store.workspace.folder)/\(folder)/manifest.json")
      }
      #expect(digests[0] == digests[1] && !digests[0].isEmpty)
    }
  }

  @Test func theyWorkAtTheSameTime() throws {
    try withSharedStore { store in
      let root = "\(store.workspace.folder)/data/root"
      let run = "\(store.workspace.folder)/data/run"
      let theirs =
        "/usr/bin/podman --root \(root) --runroot \(run) --storage-driver overlay "
        + "--tmpdir \(store.workspace.folder)/tmp"
      let ours = "\(Engine.program) --root \(root) --runroot \(run)"
      let loops = [
        "for i in 1 2 3 4 5; do \(theirs) create --name t$i \(SharedStore.image) true && "
          + "\(theirs) rm t$i || exit 1; done",
        "for i in $(seq 15); do \(ours) create --network none --name o$i \(SharedStore.image) "
          + "true && \(ours) rm o$i || exit 1; done",
        "for i in $(seq 15); do \(ours) tag \(SharedStore.image) localhost/n:$i && "
          + "\(ours) untag localhost/n:$i localhost/n:$i || exit 1; done",
        "for i in 1 2 3 4 5; do skopeo --insecure-policy copy -q oci:\(store.layout) "
          + "'containers-storage:[overlay@\(root)+\(run)]localhost/s:'$i || exit 1; done",
      ]
      let line =
        loops.map { "( \($0) ) & " }.joined() + "for job in $(jobs -p); do wait $job || "
        + "failed=1; done; exit ${failed:-0}"
      let outcome = try store.workspace.run(["/bin/bash", "-c", line])
      #expect(outcome.status == 0, "\(outcome)")
      #expect(
        try ourNames(store)
          == ["localhost/one:1"] + (1...5).map { "localhost/s:\($0)" })
      #expect(try ourNames(store) == theirNames(store))
      let found = try store.ours("system", "check", "--max", "0s")
      #expect(found.status == 0, "\(found)")
    }
  }

  /// Each makes and removes images and containers of its own on layers of its own, all the time.
  @Test func theyWorkWhileOursPullsAndRemoves() throws {
    try withSharedStore { store in
      let folder = store.workspace.folder
      let root = "\(folder)/data/root"
      let run = "\(folder)/data/run"
      let places = "--root \(root) --runroot \(run)"
      let theirs = "/usr/bin/podman \(places) --storage-driver overlay --tmpdir \(folder)/tmp"
      let buildah = "/usr/bin/buildah \(places) --storage-driver overlay"
      let ours = "\(Engine.program) \(places)"
      for name in ["first", "second", "third"] {
        try store.workspace.must(
          "/bin/sh", "-ec",
          "cd \(folder); seq 300000 >\(name); tar -cf \(name).tar \(name); "
            + "\(projectFolder)/Scripts/make-image image-\(name) '{}' root.tar \(name).tar")
      }
      let lines = [
        "for i in $(seq 12); do id=$(\(ours) pull -q oci:\(folder)/image-first) && "
          + "\(ours) rmi -f $id >/dev/null || exit 1; done",
        "for i in 1 2 3 4; do skopeo --insecure-policy copy -q oci:\(folder)/image-second "
          + "'containers-storage:[overlay@\(root)+\(run)]localhost/second:1' && "
          + "\(theirs) rmi localhost/second:1 >/dev/null || exit 1; done",
        "for i in 1 2 3 4; do c=$(\(buildah) from \(SharedStore.image)) && "
          + "\(buildah) commit -q --rm $c localhost/built:$i >/dev/null || exit 1; done",
        // Not their `images`, which fails where an image goes while it lists.
        "for i in 1 2 3 4 5 6; do \(theirs) image exists \(SharedStore.image) && "
          + "\(ours) images >/dev/null || exit 1; done",
      ]
      let script =
        lines.map { "( \($0) ) & " }.joined()
        + "for job in $(jobs -p); do wait $job || failed=1; done; exit ${failed:-0}"
      let outcome = try store.workspace.run(["/bin/bash", "-c", script])
      #expect(outcome.status == 0, "\(outcome)")
      // What remains is whole for both.
      let third = try store.ours("pull", "--quiet", "oci:\(folder)/image-third")
      #expect(third.status == 0, "\(third)")
      #expect(try store.theirs("image", "exists", third.text).status == 0)
      #expect(try ourNames(store) == theirNames(store))
      for i in 1...4 {
        try store.copy("store:localhost/built:\(i)", to: "dir:\(folder)/copy-\(i)")
      }
      let found = try store.ours("system", "check", "--max", "0s")
      #expect(found.status == 0, "\(found)")
    }
  }

  /// The transfer ends with its engine or a moment later; what it had staged is swept by the next command.
  @Test func aPullOrLoadThatIsKilledLeavesAStoreThatWorks() throws {
    try withSharedStore { store in
      #expect(try store.ours("rmi", SharedStore.image).status == 0)
      let root = "\(store.workspace.folder)/data/root"
      let run = "\(store.workspace.folder)/data/run"
      for delay in ["0.01", "0.03", "0.05", "0.08", "0.12"] {
        for command in ["pull", "load"] {
          let place = command == "pull" ? ["oci:\(store.layout)"] : ["--input", store.layout]
          _ = try store.workspace.run(
            ["/usr/bin/timeout", "--signal", "KILL", delay, Engine.program, "--root", root]
              + ["--runroot", run, command, "--quiet"] + place)
          let listing = try store.ours("images", "--quiet")
          #expect(listing.status == 0 && listing.stderr.isEmpty, "\(listing)")
        }
      }
      let pulled = try store.ours("pull", "--quiet", "oci:\(store.layout)")
      #expect(pulled.status == 0, "\(pulled)")
      let found = try store.ours("system", "check", "--max", "0s")
      #expect(found.status == 0, "\(found)")
      #expect(try store.ours("rmi", pulled.text).status == 0)
      #expect(store.layers == [])
      let staged = "\(root)/overlay/tempdirs"
      #expect(try FileManager.default.contentsOfDirectory(atPath: staged) == [])
    }
  }

  @Test func commandsThatAreKilledLeaveNothingThatRmCannotRemove() throws {
    try withSharedStore { store in
      let data = "\(store.workspace.folder)/data"
      let ours = [Engine.program, "--root", "\(data)/root", "--runroot", "\(data)/run"]
      for delay in ["0.02", "0.05", "0.08", "0.1", "0.15", "0.3"] {
        let killed = ["/usr/bin/timeout", "--signal", "KILL", delay] + ours
        let command = ["--network", "none", SharedStore.image, "true"]
        _ = try store.workspace.run(killed + ["run", "--rm"] + command)
        _ = try store.workspace.run(killed + ["create", "--name", "box\(delay)"] + command)
        _ = try store.workspace.run(killed + ["rm", "--force", "box\(delay)"])
        #expect(try store.ours("ps", "--all").status == 0)
      }
      let removed = try store.ours("rm", "--all", "--force", "--time", "0")
      #expect(removed.status == 0, "\(removed)")
      // Those that were killed before they had a record of ours.
      for id in try store.theirs("ps", "--all", "--quiet", "--external").words {
        #expect(try store.ours("rm", id).status == 0)
      }
      let found = try store.ours("system", "check", "--max", "0s")
      #expect(found.status == 0, "\(found)")
      #expect(try store.ours("rmi", SharedStore.image).status == 0)
      #expect(store.layers == [])
    }
  }

  @Test func oneDamagedImageIsFoundAndRepaired() throws {
    try withSharedStore { store in
      let working = try store.buildah("from", SharedStore.image).text
      try store.buildah("run", "--isolation", "chroot", working, "touch", "/new")
      try store.buildah("commit", "--rm", working, "localhost/built:1")
      let upper = try #require(store.layers.first { contents("\($0)/lower").hasPrefix("l/") })
      try FileManager.default.removeItem(atPath: upper)
      #expect(try ourNames(store) == ["localhost/built:1", "localhost/one:1"])
      let found = try store.ours("system", "check")
      #expect(found.status == 125, "\(found)")
      #expect(found.stdout.contains((upper as NSString).lastPathComponent))
      let repaired = try store.ours("system", "check", "--repair")
      #expect(repaired.status == 0, "\(repaired)")
      #expect(try ourNames(store) == ["localhost/one:1"])
      #expect(try store.ours("system", "check").status == 0)
    }
  }

  /// Layers, what a container wrote and a volume: the sum is what du counts, but for the store's own records.
  @Test func diskUsageAgreesWithDu() throws {
    try withSharedStore { store in
      let data = "\(store.workspace.folder)/data"
      let sizes = try store.ours("system", "df", "--format", "{{.Type}} {{.RawSize}}").lines
      let total = sizes.compactMap { Int($0.split(separator: " ").last ?? "") }.reduce(0, +)
      let du = try store.workspace.must("/usr/bin/du", "-s", "-B1", "\(data)/root").text
      let counted = try #require(Int(du.split(separator: "\t").first ?? ""))
      #expect(abs(counted - total) < 200_000, "\(sizes), du says \(counted)")
      #expect(total > 1_000_000)
    }
  }
}
