import CCurl

/// One request and its answer, in the hands of an `EventLoop`.
///
/// The closures are called from within the loop's `run`; they may start and cancel other transfers,
/// and wake this one.
public final class HTTPTransfer {
  /// What a consumer or a source says to the bytes that it was offered or asked for.
  public enum Flow: Sendable {
    case taken
    /// Not now: nothing was taken; `resume` asks again.
    case pause
    /// Never: the transfer ends as `cancelled`.
    case refuse
  }

  /// What a source gives.
  public enum Supply: Sendable {
    /// So many bytes were written to the buffer; 0 is the end.
    case filled(Int)
    case pause
    case refuse
  }

  public let request: HTTPRequest
  /// Called once, before the first byte of the body.
  public var onHead: ((HTTPResponseHead) -> Flow)?
  /// Takes the body.
  public var sink: ((UnsafeRawBufferPointer) -> Flow)?
  /// Gives the request's body where it is a stream.
  public var source: ((UnsafeMutableRawBufferPointer) -> Supply)?
  /// Called once at the end, outside of libcurl: what came, or why not.
  public var onEnd: ((Result<HTTPResponseHead, HTTPError>) -> Void)?

  private(set) var head = HTTPResponseHead(status: 0)
  private var isHeadTold = false
  private var wasRefused = false
  private var sent = 0
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  let handle: OpaquePointer

  public init(_ request: HTTPRequest) throws(HTTPError) {
    self.request = request
    guard let easy = curl_easy_init() else {
      errorText.deallocate()
      throw .outOfMemory
    }
    handle = OpaquePointer(easy)
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    configure()
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  var easy: UnsafeMutableRawPointer { UnsafeMutableRawPointer(handle) }

  /// Goes on after a pause of sink or source.
  public func resume() { curl_easy_pause(easy, CURLPAUSE_CONT) }

  private func configure() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    ccurl_set_text(easy, CURLOPT_URL, request.url)
    ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    // A paused stream of HTTP/2 is buffered up to its window, 32 MB: HTTP/1.1 stops the sender.
    ccurl_set_long(easy, CURLOPT_HTTP_VERSION, CLong(CURL_HTTP_VERSION_1_1))
    ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT, CLong(request.connectLimit))
    ccurl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
    ccurl_set_long(easy, CURLOPT_LOW_SPEED_TIME, CLong(request.idleLimit))
    ccurl_set_long(easy, CURLOPT_BUFFERSIZE, 256 << 10)
    ccurl_set_long(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
    ccurl_set_text(easy, CURLOPT_PROXY, request.proxy ?? "")
    if let socket = request.unixSocket { ccurl_set_text(easy, CURLOPT_UNIX_SOCKET_PATH, socket) }
    ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    ccurl_set_pointer(easy, CURLOPT_PRIVATE, context)
    configureTLS()
    configureBody()
    for (name, value) in request.headers {
      // An empty value needs a semicolon, or libcurl leaves the header out.
      headerList = curl_slist_append(headerList, value.isEmpty ? name + ";" : "\(name): \(value)")
    }
    headerList = curl_slist_append(headerList, "Expect:")
    ccurl_set_list(easy, CURLOPT_HTTPHEADER, headerList)
    ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    ccurl_on_header(easy) { bytes, size, count, context in
      HTTPTransfer.of(context)?.takeHeader(
        UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }
    ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    ccurl_on_write(easy) { bytes, size, count, context in
      HTTPTransfer.of(context)?.takeBody(
        UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? size * count + 1
    }
    ccurl_set_pointer(easy, CURLOPT_READDATA, context)
    ccurl_on_read(easy) { bytes, size, count, context in
      HTTPTransfer.of(context)?.give(
        UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? ccurl_read_abort
    }
  }

  private func configureTLS() {
    let tls = request.tls
    ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, tls.verifies ? 1 : 0)
    ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, tls.verifies ? 2 : 0)
    if !tls.authorities.isEmpty {
      _ = tls.authorities.withUnsafeBytes {
        ccurl_set_blob(easy, CURLOPT_CAINFO_BLOB, $0.baseAddress, $0.count)
      }
    }
    if let file = tls.certificateFile { ccurl_set_text(easy, CURLOPT_SSLCERT, file) }
    if let file = tls.keyFile { ccurl_set_text(easy, CURLOPT_SSLKEY, file) }
  }

  private func configureBody() {
    switch request.body {
    case .none:
      if request.method == "HEAD" {
        ccurl_set_long(easy, CURLOPT_NOBODY, 1)
      } else if request.method == "POST" || request.method == "PUT" || request.method == "PATCH" {
        ccurl_set_long(easy, CURLOPT_UPLOAD, 1)
        ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, 0)
        source = { _ in .filled(0) }
      }
    case .bytes(let bytes):
      ccurl_set_long(easy, CURLOPT_UPLOAD, 1)
      ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes.count))
      source = { [unowned self] buffer in
        let part = bytes[sent...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        sent += part.count
        return .filled(part.count)
      }
    case .stream(let length):
      ccurl_set_long(easy, CURLOPT_UPLOAD, 1)
      ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(length ?? -1))
    }
    ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
  }

  // MARK: What libcurl calls

  private static func of(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer? {
    context.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      head = HTTPResponseHead(status: Int(ccurl_long(easy, CURLINFO_RESPONSE_CODE)))
      let parts = line.split(separator: " ")
      if parts.count > 1, let status = Int(parts[1].prefix(3)) { head.status = status }
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      let space: (Character) -> Bool = { $0.isWhitespace }
      let start = value.firstIndex { !space($0) } ?? value.endIndex
      let end = value.lastIndex { !space($0) }.map { value.index(after: $0) } ?? value.endIndex
      head.headers[line[..<colon].lowercased(), default: []].append(
        start < end ? String(value[start..<end]) : "")
    }
    return bytes.count
  }

  /// Tells the head once; false where it was refused.
  private func tellHead() -> Bool {
    if isHeadTold { return true }
    isHeadTold = true
    if case .refuse = onHead?(head) ?? .taken {
      wasRefused = true
      return false
    }
    return true
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard tellHead() else { return bytes.count + 1 }
    switch sink?(bytes) ?? .taken {
    case .taken: return bytes.count
    case .pause: return ccurl_write_pause
    case .refuse:
      wasRefused = true
      return bytes.count + 1
    }
  }

  private func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    switch source?(buffer) ?? .filled(0) {
    case .filled(let count): return min(count, buffer.count)
    case .pause: return ccurl_read_pause
    case .refuse:
      wasRefused = true
      return ccurl_read_abort
    }
  }

  // MARK: The end

  func end(_ code: CURLcode) {
    if code == CURLE_OK, !tellHead() {
      finish(.failure(.cancelled))
      return
    }
    finish(code == CURLE_OK ? .success(head) : .failure(error(code)))
  }

  func finish(_ result: Result<HTTPResponseHead, HTTPError>) {
    // The closures may hold this transfer.
    let end = onEnd
    (onHead, sink, source, onEnd) = (nil, nil, nil, nil)
    end?(result)
  }

  private func error(_ code: CURLcode) -> HTTPError {
    if wasRefused { return .cancelled }
    let own = String(cString: errorText)
    let text = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .unknownHost(text)
    case CURLE_COULDNT_CONNECT: return .unreachable(text)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE:
      return .certificate(text)
    case CURLE_SSL_CONNECT_ERROR: return .notTLS(text)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
      return .cut(text)
    case CURLE_OPERATION_TIMEDOUT:
      return ccurl_long(easy, CURLINFO_RESPONSE_CODE) == 0 ? .unreachable(text) : .timeout(text)
    default: return .failure(text)
    }
  }
}
