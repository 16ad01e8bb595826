/// Places at which a crash would be interesting. Tests count them and stop the process at one.
package enum FaultPoint {
  /// Called at each place that is reached; nil in every program but the tests' own.
  nonisolated(unsafe) package static var observer: ((StaticString, String) -> Void)?

  @inline(__always)
  static func reach(_ place: @autoclosure () -> String, _ function: StaticString = #function) {
    if let observer { observer(function, place()) }
  }
}
