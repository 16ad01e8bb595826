import LinuxSystem
import RuntimeSpec
import SystemPackage

@testable import RuntimeCore

func probeLoopback() throws {
  try Namespaces.unshare(.network)
  try LoopbackDevice.bringUp()
  try become("/usr/sbin/ip", "-o", "address", "show", "dev", "lo")
}

/// Moves devices, named `old=new` each, to a namespace of a child's and shows them there; with
/// `back` as the first it moves them back and shows them here.
func probeDevices() throws {
  var names = arguments.dropFirst()
  let goesBack = names.first == "back"
  if goesBack { names.removeFirst() }
  var options = CloneOptions()
  options.namespaces = .network
  var pipe = try Pipe()
  guard case .parent(let child) = try Clone.clone(options) else {
    pipe.writing = nil
    _ = try pipe.reading?.lent.readToEnd(limit: 1)
    CurrentProcess.exit(0)
  }
  let namespace = SharedDescriptor(try openFile("/proc/\(child.id)/ns/net", [.readOnly]))
  var devices = try NetworkDevices(movingTo: namespace)
  let wanted = names.map {
    $0.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
  }
  do {
    try devices.move(
      Dictionary(
        uniqueKeysWithValues: wanted.map { ($0[0], .init(name: $0.count > 1 ? $0[1] : nil)) }))
  } catch {
    say("error: \(error)")
    try become("/usr/sbin/ip", "-o", "address")
  }
  if goesBack {
    for failure in devices.moveBack() { say("error: \(failure)") }
  } else if case .parent(let shower) = try Clone.clone() {
    // This process stays: without it its namespace would go, and with it the other end of a pair.
    CurrentProcess.exit(try shower.wait().shellStatus)
  } else {
    try Namespaces.join(namespace.lent, .network)
  }
  try become("/usr/sbin/ip", "-o", "address")
}

private func become(_ command: String...) throws -> Never {
  try CurrentProcess.execute(
    command[0], ArgumentVector(command), ArgumentVector(["PATH=/usr/sbin:/usr/bin"]))
}
