import EngineConfig
import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// A run of `podman-transfer`: what comes from registries and archives is met there, not here.
enum TransferProcess {
  /// Does what a request asks for.
  ///
  /// - Parameters:
  ///   - report: told every event but the last.
  ///   - output: where an archive is written, where the request has no path for it.
  static func run(
    _ request: TransferRequest, _ configuration: EngineConfiguration,
    output: FileDescriptor? = nil, report: (TransferEvent) -> Void
  ) throws -> TransferResult {
    let program = try configuration.programs.path(of: "podman-transfer")
    var request = request
    var descriptors: [CInt: FileDescriptor] = [:]
    if let output {
      request.output = 4
      descriptors[4] = output
    }
    let document = try OwnedDescriptor.dataFile("request", try JSONWriter().write(request))
    var pipe = try Pipe()
    guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else {
      throw SystemError("pipe", "", .badFileDescriptor)
    }
    descriptors[1] = writing.lent
    descriptors[3] = document.lent
    let process = try ProgramLaunch(
      program, ["podman-transfer", "3"], descriptors: descriptors
    ).start()
    try writing.close()
    let last = read(reading.lent, report)
    let status = try process.wait()
    if let result = last?.result { return result }
    if let failure = last?.failure { throw failure }
    throw TransferFailure(.ended, detail: "\(status)")
  }

  /// Reads all lines, and returns the last event.
  private static func read(
    _ descriptor: FileDescriptor, _ report: (TransferEvent) -> Void
  ) -> TransferEvent? {
    var line: [UInt8] = []
    var last: TransferEvent?
    while let bytes = try? descriptor.readSome(limit: 1 << 16), !bytes.isEmpty {
      var rest = bytes[...]
      while let end = rest.firstIndex(of: 0x0A) {
        line += rest[..<end]
        rest = rest[rest.index(after: end)...]
        if let event = try? JSONReader().read(TransferEvent.self, from: line) {
          if event.kind == .result || event.kind == .failure { last = event } else { report(event) }
        }
        line = []
      }
      line += rest
    }
    return last
  }
}
