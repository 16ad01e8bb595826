import Foundation
import Testing

extension RuntimeTests {
  /// `checkpoint` and `restore` with the machine's CRIU, where it works.
  @Suite(.enabled(if: Criu.reasonToSkip == nil, "\(Criu.reasonToSkip ?? "")"))
  struct Checkpoint {
    @Test func goesOnWhereItWasSaved() throws {
      try withBundle { bundle throws in
        let container = try startCounting(bundle)
        let images = bundle.fixture.folder + "/images"
        try container.must("checkpoint", ["--image-path", images])
        #expect(try container.status() == nil)
        let saved = count(bundle)
        #expect(saved > 0)
        let options = ["--detach", "--image-path", images, "--bundle", bundle.folder]
        try container.must("restore", options)
        #expect(try container.status() == "running")
        #expect(eventually(10) { count(bundle) > saved + 3 })
        #expect(try container.exec([], "cat /count").status == 0)
        try container.must("kill", [], ["KILL"])
        #expect(try container.waitUntilStopped())
        try container.must("delete")
        #expect(HostMounts.points(below: bundle.fixture.folder) == [])
      }
    }

    @Test func canLeaveTheContainerRunning() throws {
      try withBundle { bundle throws in
        let container = try startCounting(bundle)
        let images = bundle.fixture.folder + "/images"
        try container.must("checkpoint", ["--leave-running", "--image-path", images])
        let saved = count(bundle)
        #expect(try container.status() == "running")
        #expect(eventually(10) { count(bundle) > saved })
      }
    }

    /// Its standard streams lead into the container: what leads out must be a pipe.
    private func startCounting(_ bundle: Bundle) throws -> Container {
      bundle.shell(
        """
        exec </dev/null >/log 2>&1
        i=0; while :; do i=$((i+1)); echo $i >/next; mv /next /count; sleep 0.05; done
        """)
      let container = try bundle.start()
      guard eventually(10, { count(bundle) > 0 }) else { throw HarnessError("no count") }
      return container
    }

    private func count(_ bundle: Bundle) -> Int {
      let text = (try? String(contentsOfFile: bundle.rootfs + "/count", encoding: .utf8)) ?? ""
      return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }
  }

  /// What this project's runtime says to CRIU, and makes of its answers.
  @Suite(.enabled(if: Runtime.isStrict, "other runtimes take no other CRIU"))
  struct CheckpointProtocol {
    @Test func savesAndDeletesTheContainer() throws {
      try withFake(.notify("pre-dump"), .notify("post-dump"), .answer(.dump)) { bundle, criu in
        bundle.addMount(
          "/data", type: "bind", source: try bundle.fixture.newFolder("data"), options: ["bind"])
        bundle.config["linux", "maskedPaths"] = ["/proc/cpuinfo", "/sys/firmware"]
        let container = try bundle.start()
        let pid = try container.pid()
        try container.must("checkpoint", ["--image-path", bundle.fixture.folder + "/images"])
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
        #expect(criu.heard.count == 3)
        #expect(criu.heard.dropFirst().allSatisfy { $0 == [0x08, 6, 0x18, 1] })
        #expect(criu.wasAsked((1, "/data"), (2, "/data")))
        // Where the masks of files come from.
        #expect(criu.wasAsked((1, "/proc/cpuinfo"), (2, "/dev/null")))
        #expect(criu.wasAsked((10, "dump.log")))
        #expect(kill(pid, 0) != 0)
      }
    }

    @Test func leavesTheContainerRunningWhenCriuFails() throws {
      try withFake(.notify("pre-dump"), .answer(.dump, success: false, error: "no luck\n")) {
        bundle, _ in
        let container = try bundle.start()
        let images = bundle.fixture.folder + "/images"
        let output = try container.call("checkpoint", ["--image-path", images])
        #expect(output.status == 1)
        #expect(output.stderr.contains("criu failed: no luck; see \(images)/dump.log"), "\(output)")
        #expect(try container.status() == "running")
      }
    }

    @Test func noticesThatCriuDies() throws {
      try withFake(.notify("pre-dump"), .exit(3)) { bundle, criu in
        let container = try bundle.start()
        let output = try container.call(
          "checkpoint", ["--image-path", bundle.fixture.folder + "/images"])
        #expect(output.status == 1)
        let sentence = "\(criu.program) ended with status 3 without an answer"
        #expect(output.stderr.contains(sentence), "\(output)")
        #expect(try container.status() == "running")
      }
    }

    @Test func leavesNothingOfAFailedRestore() throws {
      try withFake(.notify("pre-restore"), .answer(.restore, success: false, error: "bad image")) {
        bundle, criu in
        let output = try restore(bundle)
        #expect(output.status == 1)
        #expect(output.stderr.contains("bad image"), "\(output)")
        #expect(criu.wasAsked((10, "restore.log")))
        #expect(criu.wasAsked((1, "pipe:[7]")))
      }
    }

    @Test func leavesNothingWhenAHookFailsInARestore() throws {
      try withFake(.notify("setup-namespaces"), .answer(.restore, success: false)) { bundle, criu in
        bundle.config["hooks", "createRuntime"] = [["path": "/bin/false"]]
        let output = try restore(bundle)
        #expect(output.status == 1)
        #expect(output.stderr.contains("createRuntime hook #0 /bin/false"), "\(output)")
        // CRIU was told to give up.
        #expect(criu.heard.last == [0x08, 6, 0x18, 0])
      }
    }

    /// The case of CVE-2026-115520: CRIU would bind the host's /etc into /data.
    @Test(arguments: ["/data]:/etc", "/data]", "/data\n", "/a:b"])
    func refusesMountsThatCriuWouldMisread(destination: String) throws {
      try withFake(.answer(.restore)) { bundle, criu in
        bundle.addMount(destination, type: "bind", source: "/tmp", options: ["bind"])
        let output = try restore(bundle)
        #expect(output.status == 1)
        #expect(output.stderr.contains("mounts[5].destination"), "\(output)")
        #expect(criu.heard.isEmpty)
      }
    }

    @Test func namesThePackageOfAMissingCriu() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let output = try bundle.fixture.execute(
          ["checkpoint", "--image-path", bundle.fixture.folder + "/images", container.id],
          environment: ["PATH": "/nonexistent"])
        #expect(output.status == 1)
        #expect(output.stderr.contains("apt-get install criu"), "\(output)")
        #expect(try container.status() == "running")
      }
    }

    private func withFake(
      _ steps: FakeCriu.Step..., body: (Bundle, FakeCriu) throws -> Void
    ) throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        let criu = try FakeCriu(bundle.fixture, steps)
        bundle.fixture.runtime.options += ["--criu", criu.program]
        try body(bundle, criu)
      }
    }

    /// A `restore` that fails, of images that say no more than which pipes there were.
    private func restore(_ bundle: Bundle) throws -> Output {
      let images = try bundle.fixture.newFolder("images")
      _ = try bundle.fixture.newFile(
        "images/descriptors.json", #"["/dev/null","pipe:[7]","pipe:[7]"]"#)
      try bundle.write()
      let id = bundle.fixture.newID()
      let output = try bundle.fixture.execute([
        "restore", "--detach", "--image-path", images, "--bundle", bundle.folder, id,
      ])
      #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      return output
    }
  }
}

/// The machine's CRIU.
private enum Criu {
  /// Why nothing can be saved here; `nil` where CRIU says that it can.
  static let reasonToSkip: String? = {
    guard Runtime.reasonToSkip == nil else { return Runtime.reasonToSkip }
    if Runtime.isCrun { return "crun links CRIU's library, which Debian does not have" }
    let places: [String] = ["/usr/sbin/criu", "/usr/bin/criu"]
    guard let program = places.first(where: { access($0, X_OK) == 0 }) else {
      return "criu is not installed"
    }
    let check = try? ChildProcess(Command([program, "check"]), outputIn: SharedFolder.path).wait()
    return check?.status == 0 ? nil : "criu does not work on this kernel (see: criu check)"
  }()
}
