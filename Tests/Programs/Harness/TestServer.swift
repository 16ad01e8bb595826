import Foundation

/// An HTTP server on loopback that answers as a test says: one request a connection.
final class TestServer: @unchecked Sendable {
  // The handler runs in the server's thread alone; what is recorded is read once requests are over, under
  // the lock.

  struct Request {
    var method: String
    var path: String
    /// By names in small letters.
    var headers: [String: String]
    /// The server that a proxy is asked for; nil where this is the server.
    var proxied: String?
  }

  struct Reply {
    var status = 200
    var headers: [String: String] = [:]
    var body = Data()
    /// What `Content-Length` claims, where that is not the truth.
    var claimedLength: Int?

    static func text(_ status: Int, _ text: String, _ headers: [String: String] = [:]) -> Reply {
      Reply(status: status, headers: headers, body: Data(text.utf8))
    }
  }

  let port: UInt16
  private let listener: Int32
  private let lock = NSLock()
  private var seen: [Request] = []
  private var isOver = false
  private let handler: (Request, _ count: Int) -> Reply

  /// - Parameter handler: gets a request, and how many of the same method and path there were before.
  init(_ workspace: Workspace, handler: @escaping (Request, _ count: Int) -> Reply) throws {
    self.handler = handler
    guard let (listener, port) = Loopback.bound(to: 0), listen(listener, 16) == 0 else {
      throw HarnessError("cannot listen on loopback")
    }
    (self.listener, self.port) = (listener, port)
    workspace.atEnd { [self] in
      lock.withLock { isOver = true }
      shutdown(listener, Int32(SHUT_RDWR))
    }
    Thread { [self] in serve() }.start()
  }

  var host: String { "127.0.0.1:\(port)" }

  /// Every request so far.
  var requests: [Request] { lock.withLock { seen } }

  private func serve() {
    while true {
      let connection = accept(listener, __SOCKADDR_ARG(__sockaddr__: nil), nil)
      if lock.withLock({ isOver }) || connection < 0 {
        close(listener)
        return
      }
      answer(connection)
      close(connection)
    }
  }

  private func answer(_ connection: Int32) {
    var text = Data()
    var buffer = [UInt8](repeating: 0, count: 65536)
    while text.range(of: Data("\r\n\r\n".utf8)) == nil {
      let count = read(connection, &buffer, buffer.count)
      if count <= 0 { return }
      text.append(contentsOf: buffer[..<count])
      // Somebody tries TLS, which there is not.
      if text.first == 0x16 { return }
    }
    let lines = String(decoding: text, as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    guard words.count > 1 else { return }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
        .trimmingCharacters(in: .whitespaces)
    }
    var request = Request(method: words[0], path: words[1], headers: headers)
    if request.method == "CONNECT" {
      request.proxied = request.path
    } else if request.path.hasPrefix("http://") {
      let rest = request.path.dropFirst(7)
      request.proxied = String(rest.prefix { $0 != "/" })
      request.path = String(rest.drop { $0 != "/" })
    }
    let before = lock.withLock {
      defer { seen.append(request) }
      return seen.filter { $0.method == request.method && $0.path == request.path }.count
    }
    let reply = handler(request, before)
    var head = "HTTP/1.1 \(reply.status) Answer\r\nConnection: close\r\n"
    head += "Content-Length: \(reply.claimedLength ?? reply.body.count)\r\n"
    for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
    var answer = Data((head + "\r\n").utf8)
    if request.method != "HEAD" { answer += reply.body }
    answer.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = send(
          connection, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
        if count <= 0 { return }
        sent += count
      }
    }
    // What the other side still sends would turn the end of the answer into a reset.
    shutdown(connection, Int32(SHUT_WR))
    while read(connection, &buffer, buffer.count) > 0 {}
  }
}

/// A registry that serves the one image of an OCI layout, and misbehaves where a test wants it.
final class TestRegistry {
  let server: TestServer
  /// The digest of the image's only layer, and its bytes.
  let layer: (digest: String, size: Int)

  /// - Parameter misbehave: gives an answer in the place of the right one; nil for the right one.
  init(
    _ engine: Engine,
    misbehave:
      @escaping (TestServer.Request, _ count: Int, _ right: TestServer.Reply) ->
      TestServer.Reply?
  ) throws {
    let blobs = engine.layout + "/blobs/sha256/"
    let index = try JSONValue(parsing: contents(engine.layout + "/index.json"))
    let manifestDigest = index["manifests"][0]["digest"].string ?? ""
    let manifestText = contents(blobs + manifestDigest.dropFirst(7))
    let manifest = try JSONValue(parsing: manifestText)
    let layerDigest = manifest["layers"][0]["digest"].string ?? ""
    layer = (layerDigest, Int(manifest["layers"][0]["size"].integer ?? 0))
    server = try TestServer(engine.workspace) { request, count in
      var right = TestServer.Reply.text(
        404, #"{"errors":[{"code":"NAME_UNKNOWN","message":"unknown"}]}"#)
      if request.path == "/v2/" {
        right = .text(200, "{}")
      } else if request.path.hasPrefix("/v2/image/manifests/") {
        right = .text(
          200, manifestText, ["Content-Type": "application/vnd.oci.image.manifest.v1+json"])
      } else if request.path.hasPrefix("/v2/image/blobs/sha256:"),
        let data = FileManager.default.contents(
          atPath: blobs + (request.path.split(separator: ":").last.map(String.init) ?? ""))
      {
        right = TestServer.Reply(body: data)
        if let range = request.headers["range"], let start = Int(range.dropFirst(6).dropLast()) {
          right.status = 206
          right.body = data.dropFirst(start)
          right.headers["Content-Range"] = "bytes \(start)-\(data.count - 1)/\(data.count)"
        }
      }
      return misbehave(request, count, right) ?? right
    }
  }

  var image: String { "\(server.host)/image:latest" }
  var layerPath: String { "/v2/image/blobs/\(layer.digest)" }
}
