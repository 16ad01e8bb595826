/// A label of SELinux: `user:role:type:level`, of which the level may have colons of its own.
struct SELinuxContext: Equatable, CustomStringConvertible {
  var user: String
  var role: String
  var type: String
  /// Empty where the policy has none.
  var level: String

  /// Nil for what is no label.
  init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    user = String(parts[0])
    role = String(parts[1])
    type = String(parts[2])
    level = parts.count > 3 ? String(parts[3]) : ""
  }

  var description: String {
    level.isEmpty ? "\(user):\(role):\(type)" : "\(user):\(role):\(type):\(level)"
  }
}

/// The labels of one container: of its processes and of its files. Empty ones are none.
struct SELinuxLabels: Equatable {
  var process = ""
  var files = ""
}
