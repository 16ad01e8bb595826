import LinuxSystem
import SystemPackage

/// Runs a program of the host to its end, found in PATH unless its name has a slash.
///
/// - Throws: `StorageError.programFailed` with what it wrote on its standard error.
func runProgram(_ program: String, _ arguments: [String], in folder: String) throws {
  guard let path = findProgram(program) else {
    throw SystemError("exec", program, .noSuchFileOrDirectory)
  }
  var pipe = try Pipe()
  guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else { return }
  var launch = ProgramLaunch(path, [program] + arguments, directory: folder)
  launch.descriptors = [2: writing.lent]
  let child = try launch.start()
  try writing.close()
  let output = try reading.lent.readToEnd(limit: 1 << 20, subject: program)
  guard try child.wait().shellStatus == 0 else {
    throw StorageError.programFailed(
      program: program, output: String(decoding: output, as: UTF8.self))
  }
}

/// Where a program stands, in PATH unless its name has a slash; nil where it does not.
func findProgram(_ program: String) -> String? {
  if program.contains("/") { return program }
  let folders = CurrentProcess.environmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin"
  return folders.split(separator: ":").map { "\($0)/\(program)" }.first { path in
    (try? checkExecutable(path)) != nil
  }
}
