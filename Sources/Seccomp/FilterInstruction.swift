/// One instruction of a classic BPF program, laid out as the kernel's `struct sock_filter`.
public struct FilterInstruction: Equatable, Sendable {
  /// What it does: a class, a mode or operation, and an operand's source (linux/filter.h).
  public var code: UInt16
  /// How many instructions a condition that holds passes over.
  public var jumpTrue: UInt8
  /// How many instructions a condition that fails passes over.
  public var jumpFalse: UInt8
  /// The operand.
  public var operand: UInt32

  public init(code: UInt16, jumpTrue: UInt8 = 0, jumpFalse: UInt8 = 0, operand: UInt32) {
    self.code = code
    self.jumpTrue = jumpTrue
    self.jumpFalse = jumpFalse
    self.operand = operand
  }
}

extension FilterInstruction {
  /// Where the number of the call stands in `struct seccomp_data`.
  static let callNumberOffset: UInt32 = 0
  /// Where the AUDIT_ARCH_ value stands in `struct seccomp_data`.
  static let architectureOffset: UInt32 = 4

  /// Loads a word of `struct seccomp_data` (BPF_LD|BPF_W|BPF_ABS).
  static func load(_ offset: UInt32) -> Self { Self(code: 0x20, operand: offset) }

  /// Ends the program with an action (BPF_RET|BPF_K).
  static func end(_ action: UInt32) -> Self { Self(code: 0x06, operand: action) }

  /// Passes over that many instructions (BPF_JMP|BPF_JA).
  static func skip(_ count: Int) -> Self { Self(code: 0x05, operand: UInt32(count)) }

  /// Passes over `otherwise` instructions unless the loaded word equals `value`
  /// (BPF_JMP|BPF_JEQ|BPF_K).
  static func ifEqual(_ value: UInt32, otherwise: UInt8) -> Self {
    Self(code: 0x15, jumpFalse: otherwise, operand: value)
  }

  /// Passes over `otherwise` instructions unless the loaded word is greater than `value`
  /// (BPF_JMP|BPF_JGT|BPF_K).
  static func ifGreater(_ value: UInt32, otherwise: UInt8) -> Self {
    Self(code: 0x25, jumpFalse: otherwise, operand: value)
  }

  /// Passes over `otherwise` instructions unless the loaded word has a bit of `mask`
  /// (BPF_JMP|BPF_JSET|BPF_K).
  static func ifAnyBit(_ mask: UInt32, otherwise: UInt8) -> Self {
    Self(code: 0x45, jumpFalse: otherwise, operand: mask)
  }
}
