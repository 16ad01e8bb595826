import Foundation
import Testing

extension RuntimeTests {
  /// What descriptors reach a container: the three streams, LISTEN_FDS, `--preserve-fds`.
  @Suite struct Descriptors {
    /// Descriptors 3… of the runtime, on files of the test.
    private func extra(_ fixture: Fixture, _ numbers: ClosedRange<Int32>) throws -> [Int32: Int32] {
      var result: [Int32: Int32] = [:]
      for number in numbers {
        let path = try fixture.newFile("extra\(number)", "text \(number)\n")
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        // Far from the numbers that they shall have.
        let far = fcntl(opened, F_DUPFD_CLOEXEC, 200)
        close(opened)
        fixture.atEnd { close(far) }
        result[number] = far
      }
      return result
    }

    /// Makes the runtime believe that systemd gave it the first `count` descriptors.
    private func activate(_ bundle: Bundle, count: String) {
      bundle.fixture.runtime.prefix = [
        "sh", "-c", "export LISTEN_FDS=\(count) LISTEN_PID=$$; exec \"$@\"", "sh",
      ]
    }

    private func shown(_ output: Output) -> [String] {
      output.lines.map { line in
        line.split(separator: " ", maxSplits: 1).map { part in
          String(part.split(separator: "/").last ?? part)
        }.joined(separator: " ")
      }
    }

    @Test func activationOfAnotherProcessMeansNothing() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["probe", "descriptors"]
        var environment = ProcessInfo.processInfo.environment
        environment["LISTEN_FDS"] = "2"
        environment["LISTEN_PID"] = "1"
        let output = try bundle.run(
          descriptors: try extra(bundle.fixture, 3...6), environment: environment)
        #expect(output.lines.count == 3, "\(output)")
      }
    }

    @Test func onlyTheStreams() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["probe", "descriptors"]
        let output = try bundle.run(descriptors: try extra(bundle.fixture, 3...12))
        #expect(output.lines.count == 3, "\(output)")
        #expect(output.lines.map { $0.prefix(2) } == ["0 ", "1 ", "2 "])
      }
    }

    @Test func onlyTheStreamsInCreateAndExec() throws {
      try withBundle { bundle throws in
        let descriptors = try extra(bundle.fixture, 3...12)
        bundle.arguments = ["sleep", "1000"]
        let container = try bundle.create(descriptors: descriptors)
        let start = try bundle.fixture.execute(["start", container.id], descriptors: descriptors)
        #expect(start.status == 0)
        let names = try FileManager.default.contentsOfDirectory(
          atPath: "/proc/\(try container.pid())/fd")
        #expect(Set(names) == ["0", "1", "2"])
        let output = try bundle.fixture.execute(
          ["exec", container.id, "probe", "descriptors"], descriptors: descriptors)
        #expect(output.lines.count == 3, "\(output)")
      }
    }

    @Test func preserved() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["probe", "descriptors"]
        let output = try bundle.run(
          ["--preserve-fds", "2"], descriptors: try extra(bundle.fixture, 3...6))
        #expect(shown(output).dropFirst(3) == ["3 extra3", "4 extra4"], "\(output)")
      }
    }

    @Test func preservedInExec() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let output = try bundle.fixture.execute(
          ["exec", "--preserve-fds", "2", container.id, "probe", "descriptors"],
          descriptors: try extra(bundle.fixture, 3...6))
        #expect(shown(output).dropFirst(3) == ["3 extra3", "4 extra4"], "\(output)")
      }
    }

    @Test func activated() throws {
      try withBundle { bundle throws in
        bundle.shell("probe descriptors; echo $LISTEN_FDS $LISTEN_PID; cat <&3")
        activate(bundle, count: "2")
        let output = try bundle.run(descriptors: try extra(bundle.fixture, 3...6))
        #expect(
          shown(output).dropFirst(3) == ["3 extra3", "4 extra4", "2 1", "text 3"], "\(output)")
      }
    }

    @Test func bothAddUp() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["probe", "descriptors"]
        activate(bundle, count: "1")
        let output = try bundle.run(
          ["--preserve-fds", "2"], descriptors: try extra(bundle.fixture, 3...8))
        #expect(
          shown(output).dropFirst(3) == ["3 extra3", "4 extra4", "5 extra5"], "\(output)")
      }
    }

    @Test func aNumberWithoutADescriptorIsAnError() throws {
      try withBundle { bundle throws in
        let id = bundle.fixture.newID()
        let output = try bundle.run(["--preserve-fds", "5"], id: id)
        #expect(output.status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        if Runtime.runc == nil {  // runc takes this as 0.
          #expect(try bundle.run(["--preserve-fds", "-1"]).status == 1)
        }
        #expect(try bundle.run(["--preserve-fds", "x"]).status == 1)
      }
    }

    @Test func badLISTEN_FDSIsNotFollowed() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["probe", "descriptors"]
        for value in ["x", "-1", "99999999999999999999", ""] {
          activate(bundle, count: value)
          let output = try bundle.run()
          #expect(output.lines.count <= 3, "\(value): \(output)")
        }
      }
    }

    @Test func theRuntimeHoldsNothingAfterCreate() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        let container = try bundle.create()
        // A folder of the host's that the waiting process holds is a way out of the container.
        let pid = try container.pid()
        var root = stat()
        stat("/", &root)
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd") {
          var held = stat()
          guard stat("/proc/\(pid)/fd/\(name)", &held) == 0, held.st_mode & S_IFMT == S_IFDIR
          else { continue }
          #expect(
            held.st_dev != root.st_dev || held.st_ino != root.st_ino,
            "descriptor \(name) is the root of the host")
          let target =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(name)"))
            ?? ""
          #expect(!target.hasPrefix("/sys/fs/cgroup"), "descriptor \(name) is \(target)")
        }
      }
    }

    @Test func streamsMayBeClosedOrReadOnly() throws {
      try withBundle { bundle throws in
        // A runtime that opens a file as its descriptor 0, 1 or 2 would hand it to the container.
        bundle.fixture.runtime.prefix = ["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"]
        bundle.shell("ls -l /proc/self/fd >/seen; true")
        _ = try bundle.run()
        let seen = (try? String(contentsOfFile: bundle.rootfs + "/seen", encoding: .utf8)) ?? ""
        #expect(!seen.contains("config.json"))
        #expect(!seen.contains(bundle.fixture.runtime.root))
      }
    }
  }
}
