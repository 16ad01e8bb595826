import RuntimeSpec
import Testing

@testable import RuntimeCommands

@Suite struct CommandTests {
  @Test func everyCommandIsThereUnderItsName() {
    for name in commandNames {
      #expect(command(named: name)?.declaration.name == name)
    }
    #expect(command(named: "bogus") == nil)
  }

  @Test func noCommandDeclaresAnOptionTwice() {
    for name in commandNames {
      let options = command(named: name)?.declaration.options ?? []
      let names = options.map(\.name) + options.compactMap(\.letter)
      #expect(Set(names).count == names.count, "\(name)")
      #expect(!names.contains("help") && !names.contains("h"))
    }
  }

  @Test func helpNamesEveryOption() throws {
    for name in commandNames {
      let declaration = try #require(command(named: name)?.declaration)
      let help = Help.of(declaration)
      for option in declaration.options where option.help != nil {
        #expect(help.contains("--\(option.name)"))
      }
      #expect(Help.ofProgram.contains("   \(name) "))
    }
  }

  // MARK: exec

  private func options(_ line: String) throws -> ParsedOptions {
    try OptionParser(options: ExecCommand.declaration.options, stopsAtFirstArgument: true)
      .parse(line.split(separator: " ").map(String.init)[...])
  }

  private func changed(_ process: Spec.Process, _ line: String) throws -> Spec.Process {
    var process = process
    try process.change(try options(line))
    return process
  }

  @Test func execChangesTheContainersProcess() throws {
    let process = Spec.Process(
      terminal: true, consoleSize: .init(height: 1, width: 1), user: .init(uid: 1, gid: 2),
      args: ["sh"], env: ["A=1"], cwd: "/", noNewPrivileges: true)
    #expect(
      try changed(
        process,
        "--cwd /tmp -e B=2 -u 5:6 -g 7 -g 8 --apparmor p --process-label l --no-new-privs=false id x"
      )
        == Spec.Process(
          terminal: false, user: .init(uid: 5, gid: 6, additionalGids: [7, 8]), args: ["sh"],
          env: ["A=1", "B=2"], cwd: "/tmp", noNewPrivileges: false, apparmorProfile: "p",
          selinuxLabel: "l"))
    let same = try changed(process, "-t id")
    #expect(same == process)
    #expect(try changed(process, "-u 9 id").user == .init(uid: 9, gid: 2))
  }

  @Test func execAddsCapabilities() throws {
    var process = Spec.Process(user: .init(uid: 0, gid: 0), cwd: "/")
    #expect(
      try changed(process, "--cap CAP_KILL id").capabilities
        == .init(bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"]))
    process.capabilities = .init(inheritable: [])
    #expect(try changed(process, "-c CAP_KILL id").capabilities?.ambient == ["CAP_KILL"])
  }

  @Test(arguments: ["-u x", "-u 1:", "-u :1", "-u 1:2:3", "-u -1", "-g -1", "-g 4294967296"])
  func execRefusesUsers(line: String) {
    let process = Spec.Process(user: .init(uid: 0, gid: 0), cwd: "/")
    #expect(throws: CommandError.self) { try changed(process, line + " id") }
  }

  @Test func execSubCgroups() throws {
    #expect(try ExecCommand.subCgroups([]) == [:])
    #expect(try ExecCommand.subCgroups(["sub"]) == ["": "sub"])
    #expect(
      try ExecCommand.subCgroups(["cpu,cpuacct:a", "pids:b"])
        == ["cpu": "a", "cpuacct": "a", "pids": "b"])
    for bad in [["a", "b"], [":a"], ["cpu,:a"], ["cpu:a", "cpu:b"], ["cpu:a", "b"]] {
      #expect(throws: CommandError.self) { try ExecCommand.subCgroups(bad) }
    }
  }

  // MARK: update

  private func resources(_ line: String) throws -> Spec.Linux.Resources {
    try ResourceOptions(
      OptionParser(options: UpdateCommand.declaration.options, stopsAtFirstArgument: false)
        .parse(line.split(separator: " ").map(String.init)[...])
    ).resources()
  }

  @Test func updateNamesOnlyWhatWasGiven() throws {
    #expect(try resources("id") == Spec.Linux.Resources())
    #expect(
      try resources("--memory 64m --memory-swap -1 --pids-limit 0 id")
        == .init(memory: .init(limit: 67_108_864, swap: -1), pids: .init(limit: 0)))
    #expect(
      try resources(
        "--cpu-quota -1 --cpu-period 100000 --cpu-share 512 --cpuset-cpus 0-1 --cpu-idle 1 "
          + "--blkio-weight 500 id")
        == .init(
          cpu: .init(shares: 512, quota: -1, period: 100_000, cpus: "0-1", idle: 1),
          blockIO: .init(weight: 500)))
  }

  @Test(
    arguments: [
      "--memory 1x", "--memory -2", "--cpu-share -1", "--cpu-quota 1.5", "--cpu-idle 2",
      "--blkio-weight 5", "--blkio-weight 70000",
    ])
  func updateRefusesValues(line: String) {
    #expect(throws: (any Error).self) { try resources(line + " id") }
  }

  // MARK: Output

  @Test func tablesAreAligned() {
    var table = Table(["ID", "PID", "OWNER"])
    table.add(["a-name-of-15-chr", "1", "root"])
    #expect(
      table.text == """
        ID                 PID         OWNER
        a-name-of-15-chr   1           root

        """)
  }

  @Test func processesAreFoundByTheirColumn() throws {
    let table = """
      UID   PID  PPID CMD
      root    1     0 init 12
      root   12     1 sh
      root  112    12 ps

      """
    #expect(
      try HostProcessTable.lines(of: [12, 7], in: table)
        == "UID   PID  PPID CMD\nroot   12     1 sh\n")
    #expect(throws: CommandError.self) { try HostProcessTable.lines(of: [1], in: "CMD\nx\n") }
    #expect(throws: CommandError.self) { try HostProcessTable.lines(of: [1], in: "") }
  }
}
