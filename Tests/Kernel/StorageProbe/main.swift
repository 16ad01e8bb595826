// One operation on a store, for tests: by another process, or killed at a step of it.
//
//     StorageProbe [--stop-at N | --count] GRAPHROOT RUNROOT DRIVER[=PROGRAM] OPERATION [ARGUMENT…] [then …]
//
// `--stop-at` kills the process where it reaches the N-th fault point, `--count` prints how many it
// reaches. Results are words on lines of the standard output.

import EngineConfig
import LinuxSystem
import Storage
import SystemPackage

Signal.resetFaults()
var words = Array(CommandLine.arguments.dropFirst())
nonisolated(unsafe) var reached = 0
nonisolated(unsafe) var stop = Int.max
var counts = false
if words.first == "--stop-at", words.count > 1 {
  stop = Int(words[1]) ?? 0
  words.removeFirst(2)
} else if words.first == "--count" {
  counts = true
  words.removeFirst()
}
FaultPoint.observer = { _, _ in
  reached += 1
  if reached == stop { try? Signal.kill.send(to: CurrentProcess.id) }
}

func say(_ text: String) { try? FileDescriptor(rawValue: 1).writeAll(text + "\n") }

do {
  guard words.count >= 4 else { throw ProbeError.usage }
  var options = StoreOptions(graphRoot: words[0], runRoot: words[1])
  // `overlay=/usr/bin/fuse-overlayfs` mounts with a program.
  let choice = words[2].split(separator: "=").map(String.init)
  options.driver = choice.first
  if choice.count > 1 { options.overlay.mountProgram = choice[1] }
  let operation = Operation(store: try Store.open(options))
  for command in words.dropFirst(3).split(separator: "then") {
    try operation.run(command.first ?? "", Array(command.dropFirst()))
  }
  if counts { say("\(reached)") }
} catch {
  try? FileDescriptor(rawValue: 2).writeAll("\(error)\n")
  CurrentProcess.exit(1)
}
