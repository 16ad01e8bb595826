import LinuxSystem

/// Keeps the kernel from killing the monitor for want of memory, where it may: a container that takes
/// too much shall not take the one along that records its end. Nothing that it starts inherits this.
final class OutOfMemoryProtection {
  private static let never = -1000
  /// What the monitor was started with; `nil` where it stays.
  private let original: Int?

  init() {
    guard let adjustment = try? OutOfMemoryScore.adjustment(), adjustment != Self.never,
      (try? OutOfMemoryScore.setAdjustment(Self.never)) != nil
    else {
      original = nil
      return
    }
    original = adjustment
  }

  /// Starts a child without it.
  func suspended<Result: ~Copyable>(_ body: () throws -> Result) rethrows -> Result {
    guard let original else { return try body() }
    try? OutOfMemoryScore.setAdjustment(original)
    defer { try? OutOfMemoryScore.setAdjustment(Self.never) }
    return try body()
  }

  /// Gives it up for good.
  func end() {
    if let original { try? OutOfMemoryScore.setAdjustment(original) }
  }
}
