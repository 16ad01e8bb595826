import RuntimeSpec

/// Filters for one architecture each, joined into one program.
///
/// libseccomp could build the whole: but the time that it takes grows with the square of the rules of
/// all architectures, and three apart take a half of the time of three together.
enum ArchitectureDispatch {
  /// A filter for the calls of one architecture.
  struct Part {
    var architecture: LibseccompArchitecture
    var instructions: [FilterInstruction]
  }

  /// The joined program. What comes from another architecture kills the thread, as libseccomp has it.
  ///
  /// It begins with the choice of a part; no part ever ends by running into the next.
  static func program(_ parts: [Part]) -> [FilterInstruction] {
    if parts.count == 1, let only = parts.first { return only.instructions }
    // x32 has the AUDIT_ARCH_ value of x86-64: beside that it is a choice within it.
    let x32 = parts.first { part in
      part.architecture.isX32
        && parts.contains {
          !$0.architecture.isX32 && $0.architecture.auditValue == part.architecture.auditValue
        }
    }
    let regular = parts.filter { $0.architecture != x32?.architecture }
    let lengths = regular.map { choiceLength($0.architecture, x32) }
    // Where the next part begins, counted from the end of the choices.
    var start = 1
    var toParts = lengths.reduce(0, +)
    var choices: [FilterInstruction] = [.load(FilterInstruction.architectureOffset)]
    var bodies: [FilterInstruction] = [
      .end(Spec.Linux.Seccomp.Action.killThread.filterAction(data: 0))
    ]
    for (part, length) in zip(regular, lengths) {
      choices.append(.ifEqual(part.architecture.auditValue, otherwise: UInt8(length - 1)))
      toParts -= length
      if let x32, part.architecture.auditValue == x32.architecture.auditValue {
        choices.append(.load(FilterInstruction.callNumberOffset))
        choices.append(.ifAnyBit(LibseccompArchitecture.x32Bit, otherwise: 1))
        choices.append(.skip(toParts + 1 + start))
        choices.append(.skip(toParts + start + x32.instructions.count))
        bodies += x32.instructions + part.instructions
        start += x32.instructions.count + part.instructions.count
      } else {
        choices.append(.skip(toParts + start))
        bodies += part.instructions
        start += part.instructions.count
      }
    }
    return choices + bodies
  }

  /// The number of instructions that choose a part.
  private static func choiceLength(_ architecture: LibseccompArchitecture, _ x32: Part?) -> Int {
    architecture.auditValue == x32?.architecture.auditValue ? 5 : 2
  }
}
