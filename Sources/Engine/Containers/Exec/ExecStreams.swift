import LinuxSystem
import SystemPackage

/// The ends of a further process's streams: those that it gets, and those that are served here. Shared,
/// so that an end which is given up here is closed.
final class ExecStreams {
  /// One stream of output, and where it goes.
  struct Output {
    var descriptor: SharedDescriptor
    var target: FileDescriptor
  }

  /// The process's own: input, output, error; none for a terminal.
  var theirs: [SharedDescriptor] = []
  var outputs: [Output] = []
  /// Where what is typed goes; nil for nowhere.
  var input: SharedDescriptor?
  /// The controlling end of its terminal.
  private(set) var terminal: SharedDescriptor?

  init(_ options: Containers.ExecOptions) throws {
    guard !options.hasTerminal else { return }
    let null = SharedDescriptor(try openFile("/dev/null", [.readWrite]))
    if options.isDetached {
      theirs = [null, null, null]
      return
    }
    theirs = [null]
    if options.sendsInput {
      var pipe = try Pipe()
      if let reading = pipe.reading.take(), let writing = pipe.writing.take() {
        theirs = [SharedDescriptor(reading)]
        input = SharedDescriptor(writing)
      }
    }
    for target in [FileDescriptor.standardOutput, .standardError] {
      var pipe = try Pipe()
      if let reading = pipe.reading.take(), let writing = pipe.writing.take() {
        theirs.append(SharedDescriptor(writing))
        outputs.append(Output(descriptor: SharedDescriptor(reading), target: target))
      }
    }
  }

  func takeTerminal(_ terminal: SharedDescriptor, _ options: Containers.ExecOptions) {
    self.terminal = terminal
    outputs = [Output(descriptor: terminal, target: .standardOutput)]
    input = options.sendsInput ? terminal : nil
  }
}
