/// `[secrets]` and `[configmaps]` of containers.conf(5).
public struct DriverSettings: ConfigurationSection, Equatable, Sendable {
  /// `driver`.
  public var driver: String
  /// `opts`: the driver's options.
  public var options: [String: String] = [:]

  public init(driver: String) { self.driver = driver }

  mutating func read(_ table: inout ConfigurationTable) throws(ConfigurationError) {
    try table.read("driver", &driver)
    try table.read("opts", &options)
  }
}
