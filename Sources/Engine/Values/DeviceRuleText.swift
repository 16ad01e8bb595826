import RuntimeSpec

/// A rule of a device cgroup as command lines have it.
public enum DeviceRuleText {
  /// Whether a text is one, as `c 42:* rmw`.
  public static func isRule(_ text: String) -> Bool { Spec.deviceRule(text) != nil }
}
