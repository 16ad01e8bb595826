import Foundation

/// The program for what busybox cannot show; its source is `Probe/probe.c`.
enum Probe {
  /// The compiled program. It is static, and is `/bin/probe` in every root file system.
  static let program: String = {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Probe/probe.c").path
    let program = SharedFolder.path + "/probe"
    let compiler = ProcessInfo.processInfo.environment["CC"] ?? "cc"
    let arguments = [compiler, "-std=gnu11", "-O1", "-Wall", "-static", "-o", program, source]
    let output = try? ChildProcess(Command(arguments), outputIn: SharedFolder.path)
      .wait(seconds: 60)
    precondition(output?.status == 0, "the probe does not compile: \(output?.stderr ?? "")")
    return program
  }()
}
