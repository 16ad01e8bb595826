import LinuxSystem
import SystemPackage

/// Descriptors of this process that a container's process gets under their numbers, as `--preserve-fds`
/// and `--preserve-fd` name them.
public struct PreservedDescriptors: Equatable, Sendable {
  private var numbers: Set<CInt> = []

  public init() {}

  /// - Parameters:
  ///   - count: how many from 3 on.
  ///   - numbers: single ones.
  /// - Throws: `EngineError` where one is not open.
  public init(count: UInt64, numbers: [String]) throws(EngineError) {
    guard count <= 1000 else {
      throw .invalid(option: "--preserve-fds", value: "\(count)", reason: "1000 is the most")
    }
    for number in 3..<(3 + CInt(count)) { try add(number, "--preserve-fds") }
    for text in numbers {
      guard let number = CInt(text), number > 2, number <= 1002 else {
        throw .invalid(
          option: "--preserve-fd", value: text, reason: "it is a number from 3 to 1002")
      }
      try add(number, "--preserve-fd")
    }
  }

  private mutating func add(_ number: CInt, _ option: String) throws(EngineError) {
    guard FileDescriptor(rawValue: number).isInherited else {
      throw .failed(
        "file descriptor \(number) is not available",
        reason: "the \(option) option requires that file descriptors must be passed")
    }
    numbers.insert(number)
  }

  /// How many numbers they take up, from 3 on.
  var count: Int { Int((numbers.max() ?? 2) - 2) }

  /// One for each number from 3 on: runtimes take no gaps, so /dev/null is what stands in them.
  func all() throws(SystemError) -> [CInt: SharedDescriptor] {
    var all: [CInt: SharedDescriptor] = [:]
    for number in 3..<(3 + CInt(clamping: count)) {
      all[number] = SharedDescriptor(
        numbers.contains(number)
          ? try FileDescriptor(rawValue: number).duplicated()
          : try openFile("/dev/null", [.readWrite]))
    }
    return all
  }
}
