import GoTemplate

/// Sizes and times as people read them, in the words of the units library that podman and Docker
/// print with.
enum HumanUnits {
  /// `72.8MB`: powers of 1000.
  ///
  /// - Parameter precision: significant digits.
  static func size(_ bytes: Double, precision: Int = 4, space: String = "") -> String {
    scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"], precision, space)
  }

  /// `72.8 MB`, as lists of images have it.
  static func imageSize(_ bytes: Int64) -> String { size(Double(bytes), precision: 3, space: " ") }

  /// `69.4MiB`: powers of 1024.
  static func binarySize(_ bytes: Double, precision: Int = 4) -> String {
    scaled(
      bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"], precision, "")
  }

  private static func scaled(
    _ value: Double, _ base: Double, _ units: [String], _ precision: Int, _ space: String
  ) -> String {
    var value = value
    var unit = 0
    while value >= base, unit < units.count - 1 {
      value /= base
      unit += 1
    }
    // %g: so many significant digits and no zeros behind them.
    return Printf.format("%.*g", [GoValue(precision), .float(value)]) + space + units[unit]
  }

  /// `About a minute`, `3 weeks`: how long something took or is past.
  ///
  /// - Parameter seconds: not negative; less counts as nothing.
  static func duration(_ seconds: Int64) -> String {
    switch seconds {
    case ..<1: return "Less than a second"
    case 1: return "1 second"
    case ..<60: return "\(seconds) seconds"
    case ..<120: return "About a minute"
    case ..<3600: return "\(seconds / 60) minutes"
    default: break
    }
    // Hours are rounded, days and all above are not.
    let hours = (seconds + 1800) / 3600
    switch hours {
    case 1: return "About an hour"
    case ..<48: return "\(hours) hours"
    case ..<(24 * 7 * 2): return "\(hours / 24) days"
    case ..<(24 * 30 * 2): return "\(hours / 24 / 7) weeks"
    case ..<(24 * 365 * 2): return "\(hours / 24 / 30) months"
    default: return "\(hours / 24 / 365) years"
    }
  }

  /// `3 weeks ago`.
  static func ago(_ seconds: Int64, now: Int64) -> String {
    duration(max(0, now - seconds)) + " ago"
  }
}
