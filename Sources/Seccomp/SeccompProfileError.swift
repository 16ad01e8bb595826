public import SystemPackage

/// A profile that cannot become a filter: the place in `config.json`, and why.
public struct SeccompProfileError: Error, Equatable, Sendable {
  /// The place, as `linux.seccomp.syscalls[3].args[0].index`.
  public var field: String
  /// What is wrong there.
  public var reason: Reason

  init(_ field: String, _ reason: Reason) {
    self.field = field
    self.reason = reason
  }

  /// What can be wrong with a profile.
  public enum Reason: Equatable, Sendable {
    /// The action has no error number or data.
    case hasNoData(action: String)
    /// A number is too large.
    case tooLarge(value: UInt, maximum: UInt)
    /// A list or name is empty.
    case empty
    /// The action would hold up the runtime before it can hand the listener over.
    case blocksRuntime(action: String)
    /// The action is used but nobody is there to answer.
    case needsListenerPath(action: String)
    /// Data for a listener, but no listener.
    case metadataWithoutListener
    /// This kernel does not know it.
    case unsupportedByKernel(name: String)
    /// This libseccomp does not know it.
    case unsupportedByLibrary(name: String, version: String)
    /// The architecture has the other byte order.
    case otherByteOrder
    /// A rule contradicts one before it.
    case contradiction(call: String)
    /// The program is longer than the kernel takes.
    case tooLong(instructions: Int)
    /// libseccomp failed.
    case library(operation: String, errno: Errno)
  }
}

extension SeccompProfileError: CustomStringConvertible {
  public var description: String {
    let sentence =
      switch reason {
      case .hasNoData(let action): "an error number does not go with \(action)"
      case .tooLarge(let value, let maximum): "\(value) is above \(maximum)"
      case .empty: "must not be empty"
      case .blocksRuntime(let action):
        "\(action) here would stop the runtime before it can hand over the listener"
      case .needsListenerPath(let action): "must be set, because a rule has the action \(action)"
      case .metadataWithoutListener: "must not be set without listenerPath"
      case .unsupportedByKernel(let name): "\(name) is not supported by this kernel"
      case .unsupportedByLibrary(let name, let version):
        "\(name) is not known to libseccomp \(version)"
      case .otherByteOrder: "the architecture has another byte order than this machine"
      case .contradiction(let call): "the rule for \(call) contradicts an earlier one"
      case .tooLong(let count):
        "the filter has \(count) instructions, the kernel takes \(SeccompFilter.maximumLength)"
      case .library(let operation, let errno): "\(operation): \(errno)"
      }
    return "\(field): \(sentence)"
  }
}
