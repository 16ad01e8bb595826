import CLinux
import RuntimeSpec

/// The instructions in front of a filter that answer ENOSYS to calls newer than the profile.
///
/// A profile names the calls that its author knew. Its default action (mostly EPERM) also hits calls
/// that came into the kernel later, and C libraries fall back to an older call only on ENOSYS. So a
/// call whose number is above all that the profile names for its architecture gets ENOSYS; the idea
/// and its limits (a table with holes) are runc's.
enum NewerCallStub {
  /// The stub; empty where the profile's default needs none.
  static func instructions(for profile: Spec.Linux.Seccomp) -> [FilterInstruction] {
    switch profile.defaultAction {
    // Calls that nobody knows yet reach the kernel or a tracer.
    case .allow, .log, .trace: return []
    case .errno where profile.defaultErrnoRet == UInt(ENOSYS): return []
    default: break
    }
    let sections = highestCalls(in: profile).map(section)
    guard !sections.isEmpty else { return [] }
    var result: [FilterInstruction] = [.load(FilterInstruction.architectureOffset)]
    var remaining = sections.reduce(0) { $0 + $1.body.count + 1 }
    for section in sections {
      remaining -= section.body.count + 1
      result.append(.ifEqual(section.architecture, otherwise: UInt8(section.body.count)))
      // The body's last instruction leaves for the filter, over the sections that follow.
      result += section.body.dropLast()
      result.append(.skip(remaining))
    }
    return result
  }

  /// The highest call numbers that the profile names, for one value of AUDIT_ARCH_.
  private struct HighestCalls {
    var architecture: UInt32
    var regular: UInt32?
    /// x32 shares its value with x86-64.
    var x32: UInt32?
    var hasMultiplexer: Bool
  }

  private static func highestCalls(in profile: Spec.Linux.Seccomp) -> [HighestCalls] {
    var architectures = [LibseccompArchitecture.native]
    for architecture in (profile.architectures ?? []).compactMap(LibseccompArchitecture.init)
    where !architectures.contains(architecture) {
      architectures.append(architecture)
    }
    var result: [HighestCalls] = []
    for architecture in architectures {
      var highest: UInt32 = 0
      for rule in profile.syscalls ?? [] {
        for name in rule.names {
          highest = max(highest, architecture.number(ofCall: name) ?? 0)
        }
      }
      guard highest > 0 else { continue }
      let index =
        result.firstIndex { $0.architecture == architecture.auditValue }
        ?? {
          result.append(
            HighestCalls(
              architecture: architecture.auditValue, hasMultiplexer: architecture.isS390))
          return result.count - 1
        }()
      if architecture.isX32 { result[index].x32 = highest } else { result[index].regular = highest }
    }
    return result
  }

  /// What is done for one architecture; the last instruction stands for the jump to the filter.
  private static func section(
    _ highest: HighestCalls
  ) -> (architecture: UInt32, body: [FilterInstruction]) {
    let notImplemented = FilterInstruction.end(
      Spec.Linux.Seccomp.Action.errno.filterAction(data: UInt16(ENOSYS)))
    var body: [FilterInstruction] = [.load(FilterInstruction.callNumberOffset)]
    if highest.hasMultiplexer {
      // On s390 an unknown call with a large number arrives as call 0, the unused setup(2).
      body += [.ifEqual(0, otherwise: 1), notImplemented]
    }
    let toFilter = FilterInstruction.skip(0)
    if highest.architecture == LibseccompArchitecture.x86_64AuditValue {
      let x32 = highest.x32.map { [.ifGreater($0, otherwise: 1), notImplemented] } ?? []
      let regular = highest.regular.map { [.ifGreater($0, otherwise: 1), notImplemented] } ?? []
      // Regular numbers pass over the part for x32, x32 numbers come after the regular part.
      body.append(.ifAnyBit(LibseccompArchitecture.x32Bit, otherwise: UInt8(x32.count + 1)))
      body += x32
      body.append(.skip(regular.count))
      body += regular
    } else if let regular = highest.regular {
      body += [.ifGreater(regular, otherwise: 1), notImplemented]
    }
    body.append(toFilter)
    return (highest.architecture, body)
  }
}
