import Seccomp

/// A system call as a filter sees it (`struct seccomp_data`).
struct CallData {
  var architecture: UInt32 = x86_64
  var number: UInt32
  var arguments: [UInt64] = []

  /// The little-endian word at an offset.
  fileprivate func word(at offset: UInt32) -> UInt32? {
    switch offset {
    case 0: return number
    case 4: return architecture
    case 8, 12: return 0  // The instruction pointer.
    case 16..<64 where offset % 4 == 0:
      let index = Int(offset - 16) / 8
      let argument = index < arguments.count ? arguments[index] : 0
      return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
    default: return nil
    }
  }
}

/// What the kernel refuses to load or run.
struct InvalidProgram: Error {
  var position: Int
  var instruction: FilterInstruction?
}

extension SeccompFilter {
  /// Runs the program over a call as the kernel does and gives what it returns.
  func verdict(_ call: CallData) throws -> UInt32 {
    var accumulator: UInt32 = 0
    var position = 0
    while position < instructions.count {
      let instruction = instructions[position]
      let operand = instruction.operand
      position += 1
      func jump(_ condition: Bool) {
        position += Int(condition ? instruction.jumpTrue : instruction.jumpFalse)
      }
      switch instruction.code {
      case 0x20:
        guard let word = call.word(at: operand) else {
          throw InvalidProgram(position: position, instruction: instruction)
        }
        accumulator = word
      case 0x54: accumulator &= operand
      case 0x05: position += Int(operand)
      case 0x15: jump(accumulator == operand)
      case 0x25: jump(accumulator > operand)
      case 0x35: jump(accumulator >= operand)
      case 0x45: jump(accumulator & operand != 0)
      case 0x06: return operand
      default: throw InvalidProgram(position: position, instruction: instruction)
      }
    }
    throw InvalidProgram(position: position)
  }
}
