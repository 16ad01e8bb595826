import CommandLine
import LinuxSystem

/// Does what a command line of `podman` says.
///
/// - Parameter words: the program as it was called, and what follows.
/// - Returns: the status to exit with.
public func runPodman(_ words: [String]) -> Int32 {
  Signal.resetFaults()
  var parser = CommandLineParser(podman, words)
  let output = Output()
  var status: Int32
  do throws(any Error) {
    let invocation = try parser.parse()
    status = try run(invocation, output)
  } catch let error as CommandLineError {
    if case .missingCommand = error { output.write(Help.text(parser.path)) }
    output.flush()
    status = ErrorReport.report(error, helpOf: parser.commandPath)
  } catch {
    output.flush()
    status = ErrorReport.report(error)
  }
  output.flush()
  return status
}

private func run(_ invocation: Invocation<Action>, _ output: Output) throws -> Int32 {
  if invocation.path.count == 1, invocation.options.flag("version") {
    output.write("podman version \(Version.number)\n")
    return 0
  }
  if invocation.asksForHelp {
    output.write(Help.text(invocation.path))
    return 0
  }
  guard let action = invocation.path.last?.action else { return 0 }
  try GlobalOptions.check(invocation.options)
  try redirect(output, invocation.options)
  if invocation.options.has("config"), let folder = invocation.options.given("config") {
    // Programs that it runs look there too.
    CurrentProcess.setEnvironmentVariable("DOCKER_CONFIG", folder)
  }
  let call = Call(invocation, output: output)
  return try action(call)
}

/// Sends standard output where `--out` and `--noout` say.
private func redirect(_ output: Output, _ options: ParsedOptions) throws {
  let isSilent = options.has("noout") && options.flag("noout")
  guard let path = isSilent ? "/dev/null" : options.has("out") ? options.given("out") : nil else {
    return
  }
  let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o644)
  // Programs that it runs write there too.
  try file.lent.install(as: 1)
}
