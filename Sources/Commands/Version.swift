/// What this program is.
enum Version {
  /// Of the command line that ours follows, which scripts compare.
  static let number = "6.0.0"
  /// Of podman's HTTP API.
  static let api = "6.0.0"
  /// The oldest HTTP API that is understood.
  static let leastAPI = "4.0.0"

  /// What it was compiled with.
  static var compiler: String {
    #if compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// The processor that it was compiled for, in Go's words.
  static var architecture: String {
    #if arch(x86_64)
      "amd64"
    #elseif arch(arm64)
      "arm64"
    #elseif arch(riscv64)
      "riscv64"
    #else
      "unknown"
    #endif
  }
}
