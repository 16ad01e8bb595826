import Foundation
import RuntimeSpec
import Testing

@testable import RuntimeCore

/// Serialized, and each hook quick: the tests' process has threads, and the hooks are made by a fork.
@Suite(.serialized) struct HooksTests {
  private static let state = RuntimeState(
    ociVersion: "1.2.0", id: "c1", status: .creating, pid: 42, bundle: "/b")

  private static func shell(
    _ script: String, env: [String]? = nil, timeout: Int? = nil
  ) -> Spec.Hook {
    Spec.Hook(path: "/bin/sh", args: ["sh", "-c", script], env: env, timeout: timeout)
  }

  private static func failure(_ hooks: [Spec.Hook], environment: [String] = []) -> String? {
    do {
      try Hooks.run(hooks, .createRuntime, state, environment: environment)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func stateComesOnStandardInput() {
    let json =
      #"{"ociVersion":"1.2.0","id":"c1","status":"creating","pid":42,"bundle":"/b"}"#
    #expect(Self.failure([Self.shell("test \"$(cat)\" = '\(json)'")]) == nil)
  }

  @Test func startsInTheBundle() throws {
    var state = Self.state
    state.bundle = "/usr"
    try Hooks.run([Self.shell("test \"$(pwd)\" = /usr")], .createRuntime, state)
    // Gone, as after the bundle's removal: the hook runs all the same.
    state.bundle = "/missing"
    try Hooks.run([Self.shell("test \"$(pwd)\" != /missing")], .poststop, state)
  }

  @Test func environmentIsExactlyTheGivenOne() {
    let check = #"test "$(/usr/bin/env | grep -v -e ^PWD= -e ^_= -e ^SHLVL=)" = "A=1""#
    #expect(Self.failure([Self.shell(check, env: ["A=1"])]) == nil)
    #expect(Self.failure([Self.shell(check)], environment: ["A=1"]) == nil)
    #expect(Self.failure([Self.shell("test -z \"$HOME\"")]) == nil)
  }

  @Test func failureTellsWhichWhyAndWhat() {
    let hooks = [Self.shell("exit 0"), Self.shell("echo out; echo no luck >&2; exit 3")]
    #expect(
      Self.failure(hooks)
        == "error running createRuntime hook #1 /bin/sh: exit status 3: out\nno luck")
    #expect(Self.failure([Self.shell("kill -9 $$")])?.hasSuffix("SIGKILL") == true)
  }

  @Test func longOutputIsCutAtItsBeginning() {
    let script = "head -c 1000000 /dev/zero | tr '\\0' a; echo end; exit 1"
    let failure = Self.failure([Self.shell(script)])
    #expect(failure?.hasSuffix("aend") == true)
    #expect((failure?.utf8.count ?? 0) < 9000)
  }

  @Test func missingProgramIsNamed() {
    #expect(
      Self.failure([Spec.Hook(path: "/missing")])
        == "error running createRuntime hook #0 /missing: exec /missing: no such file or directory")
  }

  @Test func lateOneIsKilled() {
    let start = ContinuousClock.now
    let failure = Self.failure([Self.shell("exec sleep 60", timeout: 1)])
    #expect(failure?.contains("timeout of 1 s") == true)
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test func whatAHookLeavesBehindIsNotWaitedFor() {
    let start = ContinuousClock.now
    #expect(Self.failure([Self.shell("sleep 5 & exit 0")]) == nil)
    #expect(ContinuousClock.now - start < .seconds(4))
  }

  @Test func inputThatIsNotReadHurtsNobody() {
    #expect(Self.failure([Self.shell("exec <&-; exit 0")]) == nil)
  }
}
