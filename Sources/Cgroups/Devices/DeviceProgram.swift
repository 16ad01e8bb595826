/// One instruction of eBPF (RFC 9669, "Basic instruction encoding").
struct BPFInstruction: Equatable, Sendable {
  var code: UInt8
  /// The destination in the low four bits, the source in the high four.
  var registers: UInt8
  var offset: Int16
  var immediate: Int32

  init(
    _ code: UInt8, _ destination: UInt8, from source: UInt8 = 0, offset: Int16 = 0,
    value: Int32 = 0
  ) {
    self.code = code
    registers = destination | source << 4
    self.offset = offset
    immediate = value
  }

  var destination: Int { Int(registers & 15) }
  var source: Int { Int(registers >> 4) }
}

/// The opcodes that a device program uses.
enum BPFCode {
  /// 32 bits from memory: `dst = *(u32 *)(src + offset)`.
  static let load: UInt8 = 0x61
  static let andValue: UInt8 = 0x54
  static let shiftRightValue: UInt8 = 0x74
  static let move: UInt8 = 0xbc
  static let moveValue: UInt8 = 0xb4
  static let jumpIfNotValue: UInt8 = 0x55
  static let jumpIfNot: UInt8 = 0x5d
  static let jumpIfValue: UInt8 = 0x15
  static let exit: UInt8 = 0x95
}

extension DevicePolicy {
  /// The policy as a program of type BPF_PROG_TYPE_CGROUP_DEVICE: 1 allows, 0 denies.
  ///
  /// Its context is `struct bpf_cgroup_dev_ctx`: kind of device and access in one word, major, minor.
  /// Registers: r2 kind, r3 access, r4 major, r5 minor.
  func program() -> [BPFInstruction] {
    var program = [
      BPFInstruction(BPFCode.load, 2, from: 1, offset: 0),
      BPFInstruction(BPFCode.andValue, 2, value: 0xffff),
      BPFInstruction(BPFCode.load, 3, from: 1, offset: 0),
      BPFInstruction(BPFCode.shiftRightValue, 3, value: 16),
      BPFInstruction(BPFCode.load, 4, from: 1, offset: 4),
      BPFInstruction(BPFCode.load, 5, from: 1, offset: 8),
    ]
    for (pattern, access) in exceptions { program += test(pattern, access) }
    return program + verdict(allowsByDefault)
  }

  /// The verdict of one exception, or on to what follows it.
  private func test(_ pattern: DevicePattern, _ access: DeviceAccess) -> [BPFInstruction] {
    var block: [BPFInstruction] = []
    // BPF_DEVCG_DEV_BLOCK is 1, BPF_DEVCG_DEV_CHAR 2.
    block.append(BPFInstruction(BPFCode.jumpIfNotValue, 2, value: pattern.kind == .block ? 1 : 2))
    if access != .all {
      block.append(BPFInstruction(BPFCode.move, 1, from: 3))
      block.append(BPFInstruction(BPFCode.andValue, 1, value: Int32(access.rawValue)))
      // Allowing takes an exception for all that is asked; denying takes one for any of it, else
      // opening for reading and writing would pass a rule against writing.
      block.append(
        allowsByDefault
          ? BPFInstruction(BPFCode.jumpIfValue, 1, value: 0)
          : BPFInstruction(BPFCode.jumpIfNot, 1, from: 3))
    }
    if let major = pattern.major {
      block.append(
        BPFInstruction(BPFCode.jumpIfNotValue, 4, value: Int32(truncatingIfNeeded: major)))
    }
    if let minor = pattern.minor {
      block.append(
        BPFInstruction(BPFCode.jumpIfNotValue, 5, value: Int32(truncatingIfNeeded: minor)))
    }
    block += verdict(!allowsByDefault)
    for index in block.indices where Self.isJump(block[index]) {
      block[index].offset = Int16(block.count - index - 1)
    }
    return block
  }

  private func verdict(_ isAllowed: Bool) -> [BPFInstruction] {
    [
      BPFInstruction(BPFCode.moveValue, 0, value: isAllowed ? 1 : 0),
      BPFInstruction(BPFCode.exit, 0),
    ]
  }

  private static func isJump(_ instruction: BPFInstruction) -> Bool {
    switch instruction.code {
    case BPFCode.jumpIfNotValue, BPFCode.jumpIfNot, BPFCode.jumpIfValue: true
    default: false
    }
  }
}
