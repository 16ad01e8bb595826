import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// Where the plan is answered, once; the descriptor is closed with it.
final class PlanAnswer {
  private var descriptor: SharedDescriptor?

  init(_ descriptor: SharedDescriptor) { self.descriptor = descriptor }

  var isDue: Bool { descriptor != nil }

  func send(_ answer: LaunchAnswer) {
    guard let descriptor else { return }
    self.descriptor = nil
    guard let text = try? JSONWriter().write(answer) else { return }
    try? descriptor.lent.writeAll(text + [UInt8(ascii: "\n")])
  }
}
