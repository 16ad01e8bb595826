import RuntimeSpec
import Testing

@testable import Cgroups

private typealias Rule = Spec.Linux.Resources.DeviceRule

@Suite struct DevicePolicyTests {
  private let denyAll = Rule(allow: false, access: "rwm")

  private func policy(_ rules: [Rule], always: Bool = false) throws -> DevicePolicy {
    if always { return try DevicePolicy(DeviceRule.merged(rules)) }
    return try DevicePolicy(
      rules.enumerated().map { try DeviceRule($0.element, field: "devices[\($0.offset)]") })
  }

  // MARK: Rules

  @Test func deniesByDefaultAndTheLastRuleWins() throws {
    let allowed = Rule(allow: true, type: .character, major: 10, minor: 229, access: "rw")
    let denied = Rule(allow: false, type: .character, major: 10, minor: 229, access: "w")
    #expect(try policy([]).allowsByDefault == false)
    #expect(try policy([allowed]).exceptions.map(\.pattern.text) == ["c 10:229"])
    #expect(try policy([allowed, denied]).exceptions.map(\.access.letters) == ["r"])
    #expect(try policy([denied, allowed]).exceptions.map(\.access.letters) == ["rw"])
    #expect(try policy([allowed, denyAll]).exceptions.isEmpty)
    let open = try policy([Rule(allow: true, access: "rwm"), denied])
    #expect(open.allowsByDefault)
    #expect(open.exceptions.map(\.access.letters) == ["w"])
  }

  @Test func refusesHolesInWildcards() throws {
    let all = Rule(allow: true, type: .character, major: 1, access: "rw")
    let hole = Rule(allow: false, type: .character, major: 1, minor: 3, access: "w")
    #expect(throws: CgroupError.self) { try policy([all, hole]) }
    let other = Rule(allow: false, type: .character, major: 1, minor: 3, access: "m")
    #expect(throws: Never.self) { try policy([all, other]) }
  }

  @Test(
    arguments: [
      Rule(allow: true, type: .block, major: 8, access: nil),
      Rule(allow: true, type: .block, major: 8, access: ""),
      Rule(allow: true, type: .block, major: 8, access: "rx"),
      Rule(allow: true, type: .block, major: -2, access: "r"),
      Rule(allow: true, type: .block, major: 8, minor: 1 << 33, access: "r"),
    ] as [Spec.Linux.Resources.DeviceRule])
  func refusesBadRules(rule: Spec.Linux.Resources.DeviceRule) {
    #expect(throws: CgroupError.self) { try DeviceRule(rule, field: "devices[0]") }
  }

  @Test func everyContainerHasItsDevices() throws {
    let text = try policy([denyAll], always: true).exceptions.map {
      "\($0.pattern.text) \($0.access.letters)"
    }
    #expect(
      text == [
        "b *:* m", "c *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm",
        "c 5:0 rwm", "c 5:2 rwm", "c 10:200 rwm", "c 136:* rwm",
      ])
  }

  // MARK: Version 1

  @Test func changesAsLittleAsPossible() throws {
    let target = try policy([Rule(allow: true, type: .block, major: 8, minor: 0, access: "r")])
    let lines = { (changes: [DevicePolicy.Change]) in
      changes.map { ($0.isAllowed ? "allow " : "deny ") + $0.text }
    }
    #expect(
      lines(DevicePolicy.allowingAll.changes(to: target)) == ["deny a *:* rwm", "allow b 8:0 r"])
    let current = try DevicePolicy(
      parsing: "b 8:0 rw\nc 1:3 rwm\nc 136:* rwm\n", path: "devices.list")
    #expect(
      lines(current.changes(to: target)) == [
        "deny c 1:3 rwm", "deny b 8:0 w", "deny c 136:* rwm",
      ])
    #expect(target.changes(to: target).isEmpty)
    #expect(
      lines(target.changes(to: .allowingAll)) == ["allow a *:* rwm"])
  }

  @Test func readsDevicesList() throws {
    #expect(try DevicePolicy(parsing: "a *:* rwm\n", path: "").allowsByDefault)
    for bad in ["c 1:3", "x 1:3 r", "c 1 r", "c 1:y r", "c 1:3 q"] {
      #expect(throws: CgroupError.self) { try DevicePolicy(parsing: bad, path: "") }
    }
  }

  // MARK: Version 2

  /// What the kernel would answer.
  private func allows(
    _ policy: DevicePolicy, _ kind: DevicePattern.Kind, _ major: UInt32, _ minor: UInt32,
    _ access: DeviceAccess
  ) throws -> Bool {
    let type: UInt32 = kind == .block ? 1 : 2
    let context = [type | UInt32(access.rawValue) << 16, major, minor]
    return try interpret(policy.program(), context: context) == 1
  }

  @Test func theProgramFollowsThePolicy() throws {
    let rules = [
      denyAll, Rule(allow: true, type: .block, major: 8, minor: 0, access: "r"),
      Rule(allow: true, type: .character, minor: 7, access: "rw"),
    ]
    let policy = try policy(rules, always: true)
    #expect(try allows(policy, .character, 1, 3, [.read, .write]))
    #expect(try allows(policy, .character, 136, 42, .all))
    #expect(try allows(policy, .character, 200, 9, .mknod))
    #expect(try !allows(policy, .character, 200, 9, .read))
    #expect(try !allows(policy, .character, 200, 9, [.mknod, .read]))
    #expect(try allows(policy, .block, 8, 0, .read))
    #expect(try !allows(policy, .block, 8, 0, [.read, .write]))
    #expect(try !allows(policy, .block, 8, 1, .read))
    #expect(try !allows(policy, .block, 1, 3, .read))
    #expect(try allows(policy, .character, 99, 7, [.read, .write]))
  }

  @Test func aDenialHoldsForAnyPartOfWhatIsAsked() throws {
    let policy = try policy([
      Rule(allow: true, access: "rwm"),
      Rule(allow: false, type: .block, major: 8, access: "w"),
    ])
    #expect(try allows(policy, .block, 8, 5, .read))
    #expect(try !allows(policy, .block, 8, 5, .write))
    #expect(try !allows(policy, .block, 8, 5, [.read, .write]))
    #expect(try allows(policy, .character, 8, 5, [.read, .write]))
  }

  @Test func theSmallestProgramDeniesAll() throws {
    let program = try policy([denyAll]).program()
    #expect(
      program.suffix(2) == [
        BPFInstruction(BPFCode.moveValue, 0, value: 0), BPFInstruction(BPFCode.exit, 0),
      ])
    #expect(MemoryLayout<BPFInstruction>.size == 8)
    for context in [[0, 0, 0], [0x7_0002, 1, 3], [.max, .max, .max]] as [[UInt32]] {
      #expect(try interpret(program, context: context) == 0)
    }
  }

  @Test func encodesAsTheKernelWantsIt() throws {
    let program = try policy([
      Rule(allow: true, type: .character, major: 1, minor: 3, access: "r")
    ]).program()
    let bytes = program.withUnsafeBytes { Array($0) }
    let expected: [UInt8] = [
      0x61, 0x12, 0, 0, 0, 0, 0, 0,  // r2 = *(u32 *)(r1 + 0)
      0x54, 0x02, 0, 0, 0xff, 0xff, 0, 0,  // w2 &= 0xffff
      0x61, 0x13, 0, 0, 0, 0, 0, 0,  // r3 = *(u32 *)(r1 + 0)
      0x74, 0x03, 0, 0, 0x10, 0, 0, 0,  // w3 >>= 16
      0x61, 0x14, 4, 0, 0, 0, 0, 0,  // r4 = *(u32 *)(r1 + 4)
      0x61, 0x15, 8, 0, 0, 0, 0, 0,  // r5 = *(u32 *)(r1 + 8)
      0x55, 0x02, 7, 0, 2, 0, 0, 0,  // if r2 != 2 goto +7
      0xbc, 0x31, 0, 0, 0, 0, 0, 0,  // w1 = w3
      0x54, 0x01, 0, 0, 2, 0, 0, 0,  // w1 &= 2
      0x5d, 0x31, 4, 0, 0, 0, 0, 0,  // if r1 != r3 goto +4
      0x55, 0x04, 3, 0, 1, 0, 0, 0,  // if r4 != 1 goto +3
      0x55, 0x05, 2, 0, 3, 0, 0, 0,  // if r5 != 3 goto +2
      0xb4, 0x00, 0, 0, 1, 0, 0, 0,  // w0 = 1
      0x95, 0x00, 0, 0, 0, 0, 0, 0,  // exit
      0xb4, 0x00, 0, 0, 0, 0, 0, 0,  // w0 = 0
      0x95, 0x00, 0, 0, 0, 0, 0, 0,  // exit
    ]
    #expect(bytes == expected)
  }
}

/// Runs a device program as the kernel would; what the kernel's verifier refuses is an error.
func interpret(_ program: [BPFInstruction], context: [UInt32]) throws -> UInt64 {
  struct Invalid: Error {}
  var registers = [UInt64?](repeating: nil, count: 11)
  var index = 0
  while index < program.count {
    let instruction = program[index]
    let value = UInt64(bitPattern: Int64(instruction.immediate))
    func read(_ register: Int) throws -> UInt64 {
      guard let value = registers[register] else { throw Invalid() }
      return value
    }
    switch instruction.code {
    case BPFCode.load:
      // r1 is the context until it is written over.
      guard instruction.source == 1, registers[1] == nil, instruction.offset % 4 == 0 else {
        throw Invalid()
      }
      registers[instruction.destination] = UInt64(context[Int(instruction.offset) / 4])
    case BPFCode.andValue:
      registers[instruction.destination] = try read(instruction.destination) & value & 0xffff_ffff
    case BPFCode.shiftRightValue:
      registers[instruction.destination] =
        (try read(instruction.destination) & 0xffff_ffff) >> value
    case BPFCode.move:
      registers[instruction.destination] = try read(instruction.source) & 0xffff_ffff
    case BPFCode.moveValue: registers[instruction.destination] = value & 0xffff_ffff
    case BPFCode.jumpIfNotValue:
      if try read(instruction.destination) != value { index += Int(instruction.offset) }
    case BPFCode.jumpIfNot:
      if try read(instruction.destination) != read(instruction.source) {
        index += Int(instruction.offset)
      }
    case BPFCode.jumpIfValue:
      if try read(instruction.destination) == value { index += Int(instruction.offset) }
    case BPFCode.exit: return try read(0)
    default: throw Invalid()
    }
    index += 1
  }
  throw Invalid()
}
