import CLinux
import CSeccomp
import RuntimeSpec
import SystemPackage

/// Builds the filter for one architecture rule by rule from a profile that was validated.
struct FilterBuilder {
  private let context: LibseccompContext
  private let defaultAction: UInt32
  private var ruleCount = 0

  /// libseccomp up to 2.5.4 makes a wrong tree of no rules, and a short list needs none.
  private static let binaryTreeThreshold = 32

  /// A filter for one architecture, without rules.
  ///
  /// - Parameter field: where the architecture stands in the configuration.
  init(
    _ profile: Spec.Linux.Seccomp, _ architecture: LibseccompArchitecture, field: String
  ) throws(SeccompProfileError) {
    defaultAction = profile.defaultAction.filterAction(data: profile.defaultErrnoRet)
    do throws(LibseccompError) {
      context = try LibseccompContext(defaultAction: defaultAction, architecture)
    } catch where error.errno.rawValue == EDOM {
      throw SeccompProfileError(field, .otherByteOrder)
    } catch {
      throw SeccompProfileError(error, at: field)
    }
  }

  /// Adds the rules in the profile's order.
  mutating func addRules(
    of profile: Spec.Linux.Seccomp, remark: (String) -> Void
  ) throws(SeccompProfileError) {
    for (index, rule) in (profile.syscalls ?? []).enumerated() {
      let action = rule.action.filterAction(data: rule.errnoRet)
      // libseccomp refuses rules that say what happens anyway.
      if action == defaultAction { continue }
      let conditions = (rule.args ?? []).map(Self.condition)
      for name in rule.names {
        let call = seccomp_syscall_resolve_name(name)
        if call == __NR_SCMP_ERROR {
          remark("seccomp: unknown system call \(name) was passed over")
          continue
        }
        do throws(LibseccompError) {
          try add(action, call, conditions)
        } catch where error.errno == .fileExists {
          throw SeccompProfileError(
            "linux.seccomp.syscalls[\(index)]", .contradiction(call: name))
        } catch {
          throw SeccompProfileError(error, at: "linux.seccomp.syscalls[\(index)] (\(name))")
        }
      }
    }
  }

  /// The finished program.
  func finish() throws(SeccompProfileError) -> [FilterInstruction] {
    do throws(LibseccompError) {
      if ruleCount > Self.binaryTreeThreshold { try context.useBinaryTree() }
      return try context.instructions()
    } catch {
      throw SeccompProfileError(error, at: "linux.seccomp")
    }
  }

  private mutating func add(
    _ action: UInt32, _ call: CInt, _ conditions: [scmp_arg_cmp]
  ) throws(LibseccompError) {
    // One rule can compare an argument once; several comparisons of one become rules of their own.
    let arguments = conditions.reduce(UInt64(0)) { $0 | 1 << UInt64($1.arg) }
    let isOneRule = arguments.nonzeroBitCount == conditions.count
    let rules = isOneRule ? [conditions] : conditions.map { [$0] }
    for rule in rules {
      try context.addRule(action: action, call: call, conditions: rule)
      ruleCount += 1
    }
  }

  private static func condition(_ argument: Spec.Linux.Seccomp.Argument) -> scmp_arg_cmp {
    let comparison =
      switch argument.op {
      case .notEqual: SCMP_CMP_NE
      case .lessThan: SCMP_CMP_LT
      case .lessOrEqual: SCMP_CMP_LE
      case .equal: SCMP_CMP_EQ
      case .greaterOrEqual: SCMP_CMP_GE
      case .greaterThan: SCMP_CMP_GT
      case .maskedEqual: SCMP_CMP_MASKED_EQ
      }
    return scmp_arg_cmp(
      arg: CUnsignedInt(clamping: argument.index), op: comparison, datum_a: argument.value,
      datum_b: argument.valueTwo ?? 0)
  }
}

extension SeccompProfileError {
  fileprivate init(_ error: LibseccompError, at field: String) {
    self.init(field, .library(operation: error.operation, errno: error.errno))
  }
}

extension Spec.Linux.Seccomp.Action {
  /// The action as a program returns it, with the data of a profile; EPERM when it has none.
  fileprivate func filterAction(data: UInt?) -> UInt32 {
    filterAction(data: UInt16(clamping: data ?? UInt(EPERM)))
  }
}
