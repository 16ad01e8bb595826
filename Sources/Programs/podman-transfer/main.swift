// Copies images between registries, archives and the store: see HelperProtocols/Transfer.
//
//   podman-transfer REQUEST
//
// REQUEST is the number of an inherited descriptor with a `TransferRequest`; lines of `TransferEvent` go to
// standard output. The status is 0 after a result, else 125.

import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage
import Transfer

func tell(_ event: TransferEvent) {
  guard let line = try? JSONWriter().write(event) else { return }
  // Whoever asked may be gone; then nobody needs the rest.
  do { try FileDescriptor.standardOutput.writeAll(line + [0x0A]) } catch {
    CurrentProcess.exit(125)
  }
}

func readRequest() throws(TransferFailure) -> TransferRequest {
  let arguments = CommandLine.arguments
  guard arguments.count == 2, let number = CInt(arguments[1]), number >= 0 else {
    throw TransferFailure(
      .request, detail: "podman-transfer is run by podman, with the number of a descriptor")
  }
  do {
    let descriptor = FileDescriptor(rawValue: number)
    if number > 2 { try descriptor.setCloseOnExecution(true) }
    let text = try descriptor.readToEnd(limit: 16 << 20, subject: "the request")
    return try JSONReader().read(TransferRequest.self, from: text)
  } catch { throw TransferFailure(.request, detail: "\(error)") }
}

try? Signal.pipe.ignore()
do throws(TransferFailure) {
  let request = try readRequest()
  var environment: [String: String] = [:]
  for variable in CurrentProcess.environment() {
    let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
  }
  var event = TransferEvent(.result)
  event.result = try TransferSession(request, environment: environment, tell: tell).run()
  tell(event)
} catch {
  var event = TransferEvent(.failure)
  event.failure = error
  tell(event)
  CurrentProcess.exit(125)
}
