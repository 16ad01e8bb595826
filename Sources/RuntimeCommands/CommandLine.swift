import LinuxSystem
import RuntimeCore
import SystemPackage

/// Does what a command line of the runtime says.
///
/// - Parameter words: the program as it was called, and what follows.
/// - Returns: the status to exit with.
public func runCommandLine(_ words: [String]) -> CInt {
  Signal.resetFaults()
  // Until the command line says otherwise.
  var log = LogWriter(format: .text, least: .info, file: nil)
  do {
    return try run(words, &log)
  } catch let error as CommandError {
    log.fatal("\(error)")
    return error.exitStatus
  } catch {
    log.fatal("\(error)")
    return 1
  }
}

private func run(_ words: [String], _ log: inout LogWriter) throws -> CInt {
  let program = words.first ?? Version.name
  let global: GlobalOptions
  do throws(OptionError) {
    let parser = OptionParser(options: GlobalOptions.declarations(), stopsAtFirstArgument: true)
    global = GlobalOptions(parsed: try parser.parse(words.dropFirst()))
  } catch {
    try? printOut("Incorrect Usage. \(error)\n\n" + Help.ofProgram)
    throw error
  }
  if global.parsed.flag("version") {
    try printOut(Version.text)
    return 0
  }
  guard let name = global.parsed.arguments.first, !global.parsed.asksForHelp else {
    try printOut(Help.ofProgram)
    return 0
  }
  log = try global.makeLog()
  let rest = global.parsed.arguments.dropFirst()
  if name == "help" || name == "h" { return try help(rest.first) }
  guard let command = command(named: name) else { throw CommandError.unknownCommand(name) }
  let declaration = command.declaration
  guard let options = try parse(rest, declaration, program) else { return 0 }
  if declaration.entersContainer { try SealedExecutable.ensure(name: Version.name) }
  let context = try global.makeContext(log)
  return try command.run(
    Call(
      program: program, globalOptions: global.parsed, options: options, context: context, log: log))
}

/// The options and arguments of a command; nil when it was only asked for its help.
private func parse(
  _ words: ArraySlice<String>, _ declaration: CommandDeclaration, _ program: String
) throws -> ParsedOptions? {
  let parser = OptionParser(
    options: declaration.options, stopsAtFirstArgument: declaration.stopsAtFirstArgument)
  let options: ParsedOptions
  do throws(OptionError) {
    options = try parser.parse(words)
  } catch {
    try? printOut("Incorrect Usage: \(error)\n\n" + Help.of(declaration))
    throw error
  }
  if options.asksForHelp {
    try printOut(Help.of(declaration))
    return nil
  }
  guard declaration.argumentCount.contains(options.arguments.count) else {
    try? printOut("Incorrect Usage.\n\n" + Help.of(declaration))
    throw CommandError.argumentCount(
      command: declaration.name, program: program, declaration.argumentCount)
  }
  return options
}

private func help(_ name: String?) throws -> CInt {
  guard let name else {
    try printOut(Help.ofProgram)
    return 0
  }
  guard let command = command(named: name) else { throw CommandError.unknownCommand(name) }
  try printOut(Help.of(command.declaration))
  return 0
}

/// Writes to standard output.
func printOut(_ text: String) throws { try printOut(Array(text.utf8)) }

/// Writes to standard output.
func printOut(_ bytes: [UInt8]) throws {
  try FileDescriptor.standardOutput.writeAll(bytes, subject: "standard output")
}
