import Testing

@Suite struct InheritedDescriptorsTests {
  /// Through a shell that opens descriptors, as a supervisor would.
  private static func probe(_ opened: String, _ preserved: String) throws -> ProcessProbe {
    try ProcessProbe(
      "descriptors", preserved,
      wrapper: ["/bin/sh", "-c", "exec \(opened); \"$0\" \"$@\""])
  }

  @Test func onlyTheStandardStreamsAreLeft() throws {
    let probe = try Self.probe("5</dev/zero 9</dev/zero", "0")
    // The last is ls's own, for the folder.
    #expect(probe.lines.dropFirst() == ["0", "1", "2", "3"], "\(probe.lines)")
  }

  @Test func preservedOnesAreKept() throws {
    let probe = try Self.probe("3</dev/zero 4</dev/zero 9</dev/zero", "2")
    #expect(probe.lines.dropFirst() == ["0", "1", "2", "3", "4", "5"], "\(probe.lines)")
  }

  @Test func missingOneIsAnError() throws {
    let probe = try Self.probe("3</dev/zero", "2")
    #expect(probe.line("error")?.contains("--preserve-fds") == true, "\(probe.lines)")
  }

  @Test func socketsOfTheSupervisorAreHandedOn() throws {
    let script =
      "exec 3</dev/zero 4</dev/zero 5</dev/zero 6</dev/zero;"
      + " LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=a:b exec \"$0\" \"$@\""
    let probe = try ProcessProbe("descriptors", "1", wrapper: ["/bin/sh", "-c", script])
    #expect(
      probe.lines.first == "environment A=1 LISTEN_FDS=2 LISTEN_PID=1 LISTEN_FDNAMES=a:b")
    #expect(probe.lines.dropFirst() == ["0", "1", "2", "3", "4", "5", "6"], "\(probe.lines)")
  }

  @Test func socketsOfAnotherProcessAreNot() throws {
    let probe = try ProcessProbe(
      "descriptors", "0", environment: ["LISTEN_PID": "1", "LISTEN_FDS": "2"])
    #expect(probe.lines.first == "environment A=1 LISTEN_FDS=77")
  }
}
