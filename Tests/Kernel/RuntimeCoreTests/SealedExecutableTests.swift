import Testing

@Suite(.enabled(if: ProcessProbe.isRoot, "needs root")) struct SealedExecutableTests {
  private static let refusals = [
    "write refused", "write by descriptor refused", "remount refused", "bind refused",
  ]

  @Test func rootRunsFromAMountThatNobodyCanChange() throws {
    let probe = try ProcessProbe("sealed", "a b", "--c")
    #expect(probe.line("executable") == "executable /")
    #expect(probe.line("arguments") == "arguments sealed a b --c")
    #expect(probe.line("comm") == "comm probe")
    #expect(probe.lines.suffix(4) == Self.refusals)
  }

  /// Whichever way the image was made.
  @Test(arguments: [("mount", "/"), ("user", "/"), ("copy", "/memfd:probe (deleted)")])
  func imageCannotBeChanged(way: String, executable: String) throws {
    let probe = try ProcessProbe("sealed", way)
    #expect(probe.line("executable") == "executable \(executable)", "\(probe.lines)")
    #expect(probe.lines.suffix(4) == Self.refusals)
  }

  @Test func ordinaryUsersHaveOneToo() throws {
    let probe = try ProcessProbe(
      "sealed",
      wrapper: ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"])
    #expect(probe.line("executable") != nil, "\(probe.lines)")
    #expect(probe.lines.suffix(4) == Self.refusals)
  }

  @Test func withoutAWayNothingIsRun() throws {
    let probe = try ProcessProbe(
      "sealed", "mount", wrapper: ["/usr/bin/setpriv", "--bounding-set", "-sys_admin"])
    #expect(probe.status == 1)
    #expect(probe.line("error")?.contains("protecting the runtime's program file") == true)
  }

  @Test func markInTheEnvironmentIsNotBelieved() throws {
    let probe = try ProcessProbe(
      "sealed", environment: ["_LIBCONTAINER_CLONED_BINARY": "1"])
    #expect(probe.line("executable") == "executable /")
  }
}
