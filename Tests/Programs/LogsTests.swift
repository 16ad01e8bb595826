import Foundation
import Testing

@Suite(.serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct LogsTests {
  private let script = "echo one; echo two >&2; printf 'th'; sleep 0.1; echo ree"

  @Test(arguments: ["k8s-file", "json-file"]) func logsAreWhatWasWritten(driver: String) throws {
    try withEngine { engine in
      try engine.run(
        "run", "--name", "c", "--log-driver", driver, "--network", "none", Engine.image, "sh", "-c",
        script)
      let all = try engine.must("logs", "c")
      #expect(all.stdout == "one\nthree\n" && all.stderr == "two\n")
      #expect(try engine.must("logs", "--tail", "1", "c").stdout == "three\n")
      #expect(try engine.must("logs", "--tail", "0", "c").stdout == "")
      #expect(try engine.must("logs", "--until", "1h", "--since", "1h", "c").stdout == all.stdout)
      #expect(try engine.must("logs", "--since", "2100-01-01T00:00:00Z", "c").stdout == "")
      #expect(try engine.must("logs", "--until", "2001-01-01", "c").stdout == "")
      let times = try engine.must("logs", "-t", "-n", "c").lines
      #expect(
        times.allSatisfy { $0.wholeMatch(of: /c 2\d+-\d\d-\d\dT[\d:.]+\S+ (one|three)/) != nil })
    }
  }

  @Test func logsAreFollowedAcrossRotations() throws {
    try withEngine { engine in
      try engine.must(
        "run", "-d", "--name", "c", "--log-opt", "max-size=4k", "--network", "none", Engine.image,
        "sh", "-c",
        "sleep 0.3; i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); sleep 0.001; done")
      let followed = try engine.must("logs", "-f", "c")
      #expect(followed.lines == (0..<300).map { "line \($0)" })
      #expect(try engine.must("logs", "--tail", "2", "c").lines == ["line 298", "line 299"])
    }
  }

  @Test func severalLogsAreTold() throws {
    try withEngine { engine in
      for name in ["a", "b"] {
        try engine.run(
          "run", "--name", name, "--network", "none", Engine.image, "echo", "from \(name)")
      }
      #expect(try engine.must("logs", "--names", "a", "b").lines == ["a from a", "b from b"])
      #expect(
        try engine.must("logs", "-f", "-n", "a", "b").lines.sorted() == ["a from a", "b from b"])
    }
  }

  @Test func whatIsNotKeptCannotBeRead() throws {
    try withEngine { engine in
      try engine.run(
        "run", "--name", "c", "--log-driver", "none", "--network", "none", Engine.image, "echo", "x"
      )
      let none = try engine.run("logs", "c")
      #expect(none.status == 125 && none.stderr.contains("'none' log driver"))
      let passed = try engine.run(
        "run", "--name", "d", "--log-driver", "passthrough", "--network", "none", Engine.image,
        "echo", "through")
      #expect(passed.stdout == "through\n")
    }
  }
}
