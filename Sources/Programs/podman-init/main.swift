import LinuxSystem
import SystemPackage

// Process 1 of a container with `--init`: `podman-init -- PROGRAM ARGUMENT…`. It starts the program,
// passes signals on to it, waits for every orphan, and ends as the program does.

/// Becomes the first program of that name in PATH. Returns why there is none.
func execute(_ words: [String]) -> SystemError {
  let name = words.first ?? ""
  let (arguments, environment) = (
    ArgumentVector(words), ArgumentVector(CurrentProcess.environment())
  )
  if name.contains("/") { return CurrentProcess.replace(with: name, arguments, environment) }
  var failure = SystemError("exec", name, .noSuchFileOrDirectory)
  let path = CurrentProcess.environmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin"
  for folder in path.split(separator: ":") {
    let reason = CurrentProcess.replace(with: "\(folder)/\(name)", arguments, environment)
    // As execvp(3): what may not be executed is told unless another can be.
    if reason.errno != .noSuchFileOrDirectory, reason.errno != .notDirectory { failure = reason }
  }
  return failure
}

/// The child's way to the program.
func becomeProgram(_ words: [String]) -> Never {
  // Signals are still blocked: a change of the terminal's group would stop this process.
  try? CurrentProcess.startForegroundGroup()
  Signal.resetAll()
  _ = try? SignalMask.none.install()
  let failure = execute(words)
  try? FileDescriptor.standardError.writeAll("podman-init: \(failure)\n")
  CurrentProcess.exit(failure.errno == .noSuchFileOrDirectory ? 127 : 126)
}

/// Serves the program until it ends.
func serve(_ program: borrowing ProcessHandle, _ signals: borrowing SignalDescriptor) throws -> CInt
{
  while true {
    guard let received = try signals.read() else { continue }
    guard received.signal == .child else {
      try? program.send(received.signal)
      continue
    }
    while let ended = try ProcessHandle.reapAny() {
      if ended.id == program.id { return ended.status.shellStatus }
    }
  }
}

func runInit(_ words: [String]) -> CInt {
  guard !words.isEmpty else {
    try? FileDescriptor.standardError.writeAll(
      "podman-init: name the program that it is to start\n")
    return 125
  }
  do {
    if CurrentProcess.id != 1 { try CurrentProcess.setChildSubreaper(true) }
    let mask = SignalMask.all.removing(.stop, .kill, .terminalInput, .terminalOutput)
    try mask.block()
    let signals = try mask.openDescriptor()
    try Signal.terminalInput.ignore()
    try Signal.terminalOutput.ignore()
    switch try Clone.clone() {
    case .child: becomeProgram(words)
    case .parent(let program): return try serve(program, signals)
    }
  } catch {
    try? FileDescriptor.standardError.writeAll("podman-init: \(error)\n")
    return 125
  }
}

var words = Array(CommandLine.arguments.dropFirst())
if words.first == "--" { words.removeFirst() }
Signal.resetFaults()
CurrentProcess.exit(runInit(words))
