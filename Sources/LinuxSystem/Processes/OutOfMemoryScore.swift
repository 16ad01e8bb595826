import SystemPackage

/// How readily the kernel kills this process for want of memory, from -1000 (never) to 1000. See
/// proc_pid_oom_score_adj(5).
public enum OutOfMemoryScore {
  private static let path = "/proc/self/oom_score_adj"

  /// What holds now; children inherit it.
  public static func adjustment() throws(SystemError) -> Int {
    let text = String(decoding: try readFile(path, limit: 64), as: UTF8.self)
    guard let value = Int(text.filter { !$0.isWhitespace }) else {
      throw SystemError("parse", path, .invalidArgument)
    }
    return value
  }

  /// Sets it. A value below the lowest that this process was ever given needs CAP_SYS_RESOURCE.
  public static func setAdjustment(_ value: Int) throws(SystemError) {
    let file = try openFile(path, [.writeOnly])
    try file.lent.writeAll("\(value)", subject: path)
  }
}
