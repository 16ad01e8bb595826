import HTTPClient
import HelperProtocols
import LinuxSystem
import SystemPackage

/// Files of the web: `podman import https://…`, `podman load --input https://…`.
extension TransferSession {
  private static let mostRedirections = 10

  /// Writes what an address has to the request's output.
  func fetch() throws(TransferFailure) -> TransferResult {
    guard let number = request.output else {
      throw TransferFailure(.request, detail: "the request has no output")
    }
    try fetch(request.source, into: FileDescriptor(rawValue: number))
    return TransferResult()
  }

  /// Writes what an address has to a file. From HTTPS no redirection leads to HTTP.
  func fetch(_ text: String, into file: FileDescriptor) throws(TransferFailure) {
    guard var address = WebAddress(text) else {
      throw TransferFailure(.request, detail: "\(printable(text)) is no address of the web")
    }
    for _ in 0...Self.mostRedirections {
      guard let location = try fetch(address, into: file) else { return }
      guard let next = address.resolving(location),
        next.scheme == "https" || address.scheme == "http"
      else { throw TransferFailure(.redirect, text, host: address.host, detail: location) }
      address = next
    }
    throw TransferFailure(.redirect, text, host: address.host, detail: "too many redirections")
  }

  /// - Returns: where else it is, if it is not here.
  private func fetch(
    _ address: WebAddress, into file: FileDescriptor
  ) throws(TransferFailure) -> String? {
    var request = HTTPRequest("GET", address.text)
    request.proxy = ProxyEnvironment(environment: environment).proxy(for: address)
    let transfer = try transfer(request, address.text, host: address.host)
    var head = HTTPResponseHead(status: 0)
    var failure: SystemError?
    var said: [UInt8] = []
    transfer.onHead = {
      head = $0
      return .taken
    }
    transfer.sink = { bytes in
      guard head.status == 200 else {
        said += bytes.prefix(max(0, 65536 - said.count))
        return .taken
      }
      do throws(SystemError) {
        try file.writeAll(Array(bytes), subject: address.text)
        return .taken
      } catch {
        failure = error
        return .refuse
      }
    }
    var result: Result<HTTPResponseHead, HTTPError>?
    transfer.onEnd = { result = $0 }
    loop.start(transfer)
    loop.run(until: { result != nil })
    if let failure { throw TransferFailure(store: failure, address.text) }
    if case .failure(let error)? = result {
      throw TransferFailure(error, address.text, host: address.host)
    }
    if (300..<400).contains(head.status), let location = head["location"] { return location }
    guard head.status == 200 else {
      throw TransferFailure(
        HTTPResponse(head: head, body: said), address.text, host: address.host)
    }
    return nil
  }
}
