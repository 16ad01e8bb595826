import LinuxSystem
import SystemPackage

/// The program podman-dns, as seen from outside: started where there is none, told of changes.
struct NameServerControl {
  /// Where the names' files and the server's socket are.
  let folder: String
  let program: String
  let port: UInt16

  /// How long an answer is waited for, in milliseconds.
  private static let patience = 5000

  /// Has a running server read the files anew; false where none runs.
  func reload() throws(NetworkError) -> Bool {
    let socket: SharedDescriptor
    do throws(SystemError) {
      let path = "\(folder)/control"
      socket = SharedDescriptor(try UnixSocket.connect(.sequencedPacket, to: path))
      try socket.lent.writeAll("reload")
    } catch {
      return false
    }
    let answer: String
    do throws(SystemError) {
      guard try socket.lent.isReadable(within: NameServerControl.patience) else {
        throw NetworkErrorText.silent
      }
      answer = String(decoding: try socket.lent.readSome(limit: 512), as: UTF8.self)
    } catch {
      throw .serverNotReady("\(error)")
    }
    // It ended in this moment.
    if answer.isEmpty { return false }
    guard answer == "ok" else { throw .serverNotReady(answer) }
    return true
  }

  /// Starts a server, and returns when it answers.
  ///
  /// - Parameter place: where the bridges are whose addresses it answers on.
  func start(in place: HostNamespace) throws(NetworkError) {
    let line: String
    do throws(SystemError) {
      line = try launch(place)
    } catch {
      throw .serverNotReady("\(error)")
    }
    guard line == "ok\n" else {
      throw .serverNotReady(line.isEmpty ? "it ended" : String(line.prefix { $0 != "\n" }))
    }
  }

  private func launch(_ place: HostNamespace) throws(SystemError) -> String {
    try checkExecutable(program)
    var pipe = try Pipe()
    let arguments = ArgumentVector([program, folder, String(port)])
    // What the command that restores the firewall has to know of its user and place.
    let known = CurrentProcess.environment().filter { variable in
      ["_CONTAINERS_", "CONTAINERS_", "HOME=", "XDG_RUNTIME_DIR="].contains {
        variable.hasPrefix($0)
      }
    }
    let environment = ArgumentVector(["PATH=/usr/bin:/bin"] + known)
    guard let writing = pipe.writing.take(), let reading = pipe.reading.take() else { return "" }
    let null = try openFile("/dev/null", [.readWrite])
    switch try Clone.clone() {
    case .child:
      Self.becomeServer(
        program, arguments, environment, place, null: null.lent, output: writing.lent)
    case .parent(let child): _ = try child.wait()
    }
    try writing.close()
    guard try reading.lent.isReadable(within: NameServerControl.patience) else {
      throw NetworkErrorText.silent
    }
    return String(
      decoding: try reading.lent.readSome(limit: 512, subject: program), as: UTF8.self)
  }

  /// In the child: the server shall be nobody's child and of no session.
  private static func becomeServer(
    _ program: String, _ arguments: ArgumentVector, _ environment: ArgumentVector,
    _ place: HostNamespace, null: FileDescriptor, output: FileDescriptor
  ) -> Never {
    do throws(SystemError) {
      try CurrentProcess.startSession()
      if case .parent = try Clone.clone() { CurrentProcess.exit(0) }
      if let namespace = place.file { try Namespaces.join(namespace.lent, .network) }
      Signal.resetAll()
      try CurrentProcess.changeDirectory(to: "/")
      try output.install(as: 1)
      try null.install(as: 0)
      try null.install(as: 2)
      try DescriptorTable.closeAll(from: 3)
      throw CurrentProcess.replace(with: program, arguments, environment)
    } catch {
      try? FileDescriptor.standardOutput.writeAll("\(error)\n")
      CurrentProcess.exit(127)
    }
  }
}

private enum NetworkErrorText {
  static let silent = SystemError("wait for podman-dns", "", .timedOut)
}
