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

  /// Without the right to mount, the file is copied to memory.
  @Test func othersRunFromASealedCopy() throws {
    let probe = try ProcessProbe(
      "sealed", wrapper: ["/usr/bin/setpriv", "--bounding-set", "-sys_admin"])
    #expect(probe.line("executable") == "executable /memfd:probe (deleted)")
    #expect(probe.lines.suffix(4) == Self.refusals)
  }

  @Test func markInTheEnvironmentIsNotBelieved() throws {
    let probe = try ProcessProbe(
      "sealed", environment: ["_LIBCONTAINER_CLONED_BINARY": "1"])
    #expect(probe.line("executable") == "executable /")
  }
}
