// What the kernel tests of processes have done in a process of its own, with one thread: a test
// process has many, and must not change its user or fork. Each command prints what it came to.
import LinuxSystem
import RuntimeSpec
import SystemPackage

@testable import RuntimeCore

do {
  switch arguments.first {
  case "sealed": try probeSealedExecutable()
  case "identity":
    let user = Spec.Process.User(
      uid: number(1), gid: number(2), umask: 0o027,
      additionalGids: numbers(arguments[3]))
    try ProcessIdentity(user).assume()
    try printStatus("Uid", "Gid", "Groups", "Umask", "CapPrm", "CapEff")
  case "capabilities": try probeCapabilities()
  case "scheduling": try probeScheduling()
  case "directory":
    // As an open descriptor of the host's would be found in a container.
    if arguments.count > 2 { try enterEmptyRoot(arguments[2]) }
    if arguments.count > 3 { try WorkingDirectory(arguments[1]).makeIfMissing() }
    try WorkingDirectory(arguments[1]).enterIfAllowed().enterAndVerify()
    say("entered \(try CurrentProcess.workingDirectory())")
  case "limits": try probeLimits()
  case "streams": try probeStreams()
  case "signals": try probeSignals()
  case "keyring": try probeKeyring()
  case "descriptors": try probeDescriptors()
  case "clone": try probeClone()
  case "lo": try probeLoopback()
  case "devices": try probeDevices()
  default:
    say("unknown command")
    CurrentProcess.exit(2)
  }
} catch {
  say("error: \(error)")
  CurrentProcess.exit(1)
}
