import HTTPClient
import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// Docker's daemon, which gives out and takes archives as `docker save` writes them.
extension TransferSession {
  private var daemonSocket: String {
    let host = environment["DOCKER_HOST"] ?? ""
    return host.hasPrefix("unix://") ? String(host.dropFirst(7)) : "/var/run/docker.sock"
  }

  /// An image of the daemon.
  func daemonSource(_ name: String) throws(TransferFailure) -> any ImageSource {
    let file: SharedDescriptor
    do { file = try ArchiveFile.temporaryFile() } catch {
      throw TransferFailure(store: error, "docker-daemon:\(name)")
    }
    var request = HTTPRequest(
      "GET", "http://localhost/images/get?names=\(percentEncoded(name))")
    request.unixSocket = daemonSocket
    let transfer = try transfer(request, "docker-daemon:\(name)", host: "docker's daemon")
    var failure: SystemError?
    var said: [UInt8] = []
    var status = 0
    transfer.onHead = {
      status = $0.status
      return .taken
    }
    transfer.sink = { bytes in
      if status != 200 {
        said += bytes.prefix(max(0, 65536 - said.count))
        return .taken
      }
      do throws(SystemError) {
        try file.lent.writeAll(Array(bytes))
        return .taken
      } catch {
        failure = error
        return .refuse
      }
    }
    try wait(for: transfer, name) { failure }
    guard status == 200 else {
      throw TransferFailure(
        HTTPResponse(head: HTTPResponseHead(status: status), body: said), "docker-daemon:\(name)",
        host: "docker's daemon")
    }
    return try DockerArchiveSource(
      self, try ArchiveFile(file, path: "docker-daemon:\(name)"), name: nil)
  }

  /// Gives the daemon an archive.
  func sendToDaemon(_ file: SharedDescriptor, _ name: String) throws(TransferFailure) {
    var request = HTTPRequest("POST", "http://localhost/images/load?quiet=1")
    request.unixSocket = daemonSocket
    request.headers.append(("Content-Type", "application/x-tar"))
    request.body = .stream(length: nil)
    let transfer = try transfer(request, "docker-daemon:\(name)", host: "docker's daemon")
    var offset: Int64 = 0
    var failure: SystemError?
    var said: [UInt8] = []
    var status = 0
    transfer.onHead = {
      status = $0.status
      return .taken
    }
    transfer.sink = {
      said += $0.prefix(max(0, 65536 - said.count))
      return .taken
    }
    transfer.source = { buffer in
      do throws(SystemError) {
        let bytes = try file.lent.readPart(at: offset, limit: buffer.count)
        buffer.copyBytes(from: bytes)
        offset += Int64(bytes.count)
        return .filled(bytes.count)
      } catch {
        failure = error
        return .refuse
      }
    }
    try wait(for: transfer, name) { failure }
    guard status == 200 else {
      throw TransferFailure(
        HTTPResponse(head: HTTPResponseHead(status: status), body: said), "docker-daemon:\(name)",
        host: "docker's daemon")
    }
    // What goes wrong once it has begun to answer stands in the answer: one object a line.
    for line in said.split(separator: 0x0A) {
      if let text = (try? JSONReader().read(JSONTree.self, from: Array(line)))?["error"]?.string {
        throw TransferFailure(
          .unexpectedAnswer, "docker-daemon:\(name)", host: "docker's daemon",
          detail: printable(text))
      }
    }
  }

  private func wait(
    for transfer: HTTPTransfer, _ name: String, _ own: () -> SystemError?
  ) throws(TransferFailure) {
    var result: Result<HTTPResponseHead, HTTPError>?
    transfer.onEnd = { result = $0 }
    loop.start(transfer)
    loop.run(until: { result != nil })
    if let failure = own() { throw TransferFailure(store: failure, "docker-daemon:\(name)") }
    if case .failure(let error)? = result {
      throw TransferFailure(error, "docker-daemon:\(name)", host: "docker's daemon")
    }
  }
}
