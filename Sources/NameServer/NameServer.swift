public import LinuxSystem
import SystemPackage

/// The name server of all bridges of a network namespace: one thread, one loop, nothing in it waits.
///
/// It answers on the addresses of the bridges, by what the files of a folder say: `NETWORK.names`
/// each (`NetworkNames`). Whoever changes a file asks through the socket `control` of the folder
/// to have them read anew, and is answered when that is done. Sockets of addresses that stay are kept,
/// so no question is lost. It ends with the last container.
public final class NameServer {
  private enum Handler {
    case datagrams(Listener)
    case connections(Listener)
    case client(StreamClient)
    case exchange(Exchange)
    case control
    case controlClient(SharedDescriptor)
    case firewall
    case restoration(RunningProgram)
  }

  private struct Listener {
    var network: String
    var datagrams: SharedDescriptor
    var connections: SharedDescriptor
    var tokens: [UInt64]
  }

  private let folder: String
  private let port: UInt16
  private let poller: Poller
  private let control: SharedDescriptor
  private var table = NameTable([:])
  private var handlers: [UInt64: Handler] = [:]
  private var listeners: [[UInt8]: Listener] = [:]
  private var nextToken: UInt64 = 0
  private var clientCount = 0
  private var exchangeCount = 0
  private var hostServers: [[UInt8]] = []
  private let watch: SharedWatch?
  private var isRestoring = false
  private var wasRemovedAgain = false

  /// More connections than these close the one that was silent longest.
  private static let mostClients = 256
  /// More open questions to others than these are refused.
  private static let mostExchanges = 512

  /// Reads the files and takes the addresses.
  ///
  /// - Parameters:
  ///   - folder: where the files and the socket are.
  ///   - port: 53, or where that is taken by another.
  public init(folder: String, port: UInt16) throws(SystemError) {
    self.folder = folder
    self.port = port
    poller = try Poller()
    let path = "\(folder)/control"
    do throws(SystemError) {
      try removeFile(path)
    } catch {
      if error.errno != .noSuchFileOrDirectory { throw error }
    }
    control = SharedDescriptor(try UnixSocket.listen(.sequencedPacket, at: path))
    // Without nf_tables there is nothing to restore.
    watch = SharedWatch()
    try add(control.lent, .control)
    if let watch { try add(watch.descriptor, .firewall) }
    if let refused = try reload() { throw refused }
  }

  /// Serves until the last container is gone.
  public func run() throws(SystemError) {
    while !table.isEmpty {
      let isBusy = clientCount > 0 || exchangeCount > 0
      let events = try poller.wait(milliseconds: isBusy ? 250 : nil)
      for event in events { handle(event) }
      if isBusy { sweep() }
    }
  }

  // MARK: Files

  /// Reads the files anew.
  ///
  /// - Returns: the reason why an address could not be taken; the others answer all the same.
  private func reload() throws(SystemError) -> SystemError? {
    let directory = try openFile(folder, [.readOnly, .directory])
    var networks: [String: NetworkNames] = [:]
    for name in try directory.lent.entryNames() where name.hasSuffix(".names") {
      guard !name.hasPrefix("."), let file = try? directory.lent.open(name, [.readOnly]),
        let text = try? file.lent.readToEnd(limit: 1 << 24)
      else { continue }
      networks[String(name.dropLast(6))] = NetworkNames(String(decoding: text, as: UTF8.self))
    }
    table = NameTable(networks)
    readHostServers()
    return listen()
  }

  private func listen() -> SystemError? {
    let wanted = table.listeners
    for (address, listener) in listeners where wanted[address] != listener.network {
      for token in listener.tokens { handlers[token] = nil }
      try? poller.remove(listener.datagrams.lent)
      try? poller.remove(listener.connections.lent)
      listeners[address] = nil
    }
    var failure: SystemError?
    for (address, network) in wanted where listeners[address] == nil {
      do throws(SystemError) {
        listeners[address] = try listener(address, network)
      } catch {
        failure = error
      }
    }
    return failure
  }

  private func listener(_ address: [UInt8], _ network: String) throws(SystemError) -> Listener {
    // The bridge may get its address a moment later.
    let options: InternetSocket.BindOptions = [
      .reusesAddress, .anyAddress, .nonBlocking, .onlyV6,
    ]
    let endpoint = InternetSocket.Endpoint(address: address, port: port)
    var listener = Listener(
      network: network,
      datagrams: SharedDescriptor(try InternetSocket.bind(.udp, to: endpoint, options)),
      connections: SharedDescriptor(try InternetSocket.bind(.tcp, to: endpoint, options)),
      tokens: [])
    try InternetSocket.listen(listener.connections.lent)
    listener.tokens = [nextToken + 1, nextToken + 2]
    try add(listener.datagrams.lent, .datagrams(listener))
    try add(listener.connections.lent, .connections(listener))
    return listener
  }

  /// The host's own servers, or those of the folder's file, where the host's cannot be reached.
  private func readHostServers() {
    let text =
      (try? readRegularFile("\(folder)/resolv.conf", limit: 1 << 16))
      ?? (try? readRegularFile("/etc/resolv.conf", limit: 1 << 16)) ?? []
    hostServers = String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap {
      let words = $0.split { $0 == " " || $0 == "\t" }
      guard words.count > 1, words[0] == "nameserver" else { return nil }
      return InternetSocket.address(words[1])
    }
  }

  // MARK: Events

  @discardableResult
  private func add(
    _ descriptor: FileDescriptor, _ handler: Handler, _ interest: Poller.Interest = .readable
  ) throws(SystemError) -> UInt64 {
    nextToken += 1
    try poller.add(descriptor, interest, token: nextToken)
    handlers[nextToken] = handler
    return nextToken
  }

  private func handle(_ event: Poller.Event) {
    switch handlers[event.token] {
    case .datagrams(let listener): receive(listener)
    case .connections(let listener): accept(listener)
    case .client(let client): serve(client, event)
    case .exchange(let exchange): advance(exchange)
    case .control: acceptControl()
    case .controlClient(let socket): serveControl(socket, event.token)
    case .firewall: if watch?.sawChange() ?? false { restoreFirewall() }
    case .restoration(let program): finish(program, event.token)
    case nil: break
    }
  }

  private func receive(_ listener: Listener) {
    // So many at once that no other waits long.
    for _ in 0..<64 {
      guard
        let received = try? InternetSocket.receive(from: listener.datagrams.lent, limit: 4096)
      else { return }
      let answer = reply(
        to: received.bytes, from: received.peer, listener.network,
        .datagram(from: listener.datagrams, to: received.peer))
      if let answer {
        try? InternetSocket.send(answer, from: listener.datagrams.lent, to: received.peer)
      }
    }
  }

  /// The answer to a message, if it can be given at once.
  private func reply(
    to message: [UInt8], from peer: InternetSocket.Endpoint, _ network: String,
    _ asker: Exchange.Asker
  ) -> [UInt8]? {
    let query: DNSQuery
    do throws(DNSQuery.Refusal) {
      query = try DNSQuery(message)
    } catch {
      guard case .code(let code) = error else { return nil }
      return DNSAnswer.refusal(of: message, code: code)
    }
    let overTCP = if case .stream = asker { true } else { false }
    switch table.outcome(of: query, from: peer.address, listener: network) {
    case .answer(let answer): return answer.message(to: query, overTCP: overTCP)
    case .forward(let own):
      // We are nobody to ask ourselves.
      let servers = (own.isEmpty ? hostServers : own).filter { listeners[$0] == nil }
      guard exchangeCount < NameServer.mostExchanges else {
        return DNSAnswer(code: .serverFailure).message(to: query, overTCP: overTCP)
      }
      nextToken += 1
      let exchange = Exchange(query, message, servers: servers, asker: asker, token: nextToken)
      guard exchange.askNext(poller) else {
        return DNSAnswer(code: .serverFailure).message(to: query, overTCP: overTCP)
      }
      handlers[exchange.token] = .exchange(exchange)
      exchangeCount += 1
      return nil
    }
  }

  private func advance(_ exchange: Exchange) {
    do throws(SystemError) {
      if let answer = try exchange.advance(poller) { finish(exchange, answer) }
    } catch {
      if error.errno == .resourceTemporarilyUnavailable { return }
      retry(exchange)
    }
  }

  private func retry(_ exchange: Exchange) {
    if exchange.askNext(poller) { return }
    let overTCP = if case .stream = exchange.asker { true } else { false }
    finish(
      exchange, DNSAnswer(code: .serverFailure).message(to: exchange.query, overTCP: overTCP))
  }

  private func finish(_ exchange: Exchange, _ answer: [UInt8]) {
    exchange.close(poller)
    handlers[exchange.token] = nil
    exchangeCount -= 1
    switch exchange.asker {
    case .datagram(let socket, let peer):
      try? InternetSocket.send(answer, from: socket.lent, to: peer)
    case .stream(let client): send(answer, to: client)
    }
  }

  // MARK: Connections

  private func accept(_ listener: Listener) {
    while let (connection, peer) = try? InternetSocket.accept(listener.connections.lent) {
      if clientCount >= NameServer.mostClients { dropMostSilent() }
      let client = StreamClient(
        connection, peer, network: listener.network, token: nextToken + 1)
      guard (try? add(connection.lent, .client(client))) != nil else { continue }
      clientCount += 1
    }
  }

  private func serve(_ client: StreamClient, _ event: Poller.Event) {
    do throws(SystemError) {
      if event.interest.contains(.writable) { try client.flush(poller) }
      guard event.interest != .writable else { return }
      for message in try client.read() {
        let answer = reply(
          to: message, from: client.peer, client.network, .stream(client))
        if let answer { try client.send(answer, poller) }
      }
    } catch {
      drop(client)
    }
  }

  private func send(_ answer: [UInt8], to client: StreamClient) {
    do throws(SystemError) {
      try client.send(answer, poller)
    } catch {
      drop(client)
    }
  }

  private func drop(_ client: StreamClient) {
    guard handlers.removeValue(forKey: client.token) != nil else { return }
    client.close(poller)
    clientCount -= 1
  }

  private var clients: [StreamClient] {
    handlers.values.compactMap { if case .client(let client) = $0 { client } else { nil } }
  }

  private func dropMostSilent() {
    if let client = clients.min(by: { $0.lastUse < $1.lastUse }) { drop(client) }
  }

  /// Ends what took too long.
  private func sweep() {
    let now = MonotonicClock.milliseconds()
    for handler in Array(handlers.values) {
      switch handler {
      case .client(let client) where now - client.lastUse > StreamClient.patience: drop(client)
      case .exchange(let exchange) where now > exchange.deadline: retry(exchange)
      default: break
      }
    }
  }

  // MARK: Firewall

  /// Runs the command of the folder's file `restore`, a word a line, after somebody has emptied the
  /// firewall.
  private func restoreFirewall() {
    guard !isRestoring else {
      wasRemovedAgain = true
      return
    }
    guard let text = try? readRegularFile("\(folder)/restore", limit: 1 << 16) else { return }
    let words = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    guard let path = words.first, let program = try? RunningProgram(path, words),
      (try? add(program.descriptor, .restoration(program))) != nil
    else { return }
    isRestoring = true
  }

  private func finish(_ program: RunningProgram, _ token: UInt64) {
    try? poller.remove(program.descriptor)
    handlers[token] = nil
    program.reap()
    isRestoring = false
    if wasRemovedAgain {
      wasRemovedAgain = false
      restoreFirewall()
    }
  }

  // MARK: Control

  private func acceptControl() {
    guard let accepted = try? UnixSocket.accept(control.lent) else { return }
    let connection = SharedDescriptor(accepted)
    _ = try? add(connection.lent, .controlClient(connection))
  }

  private func serveControl(_ socket: SharedDescriptor, _ token: UInt64) {
    defer {
      try? poller.remove(socket.lent)
      handlers[token] = nil
    }
    guard let message = try? socket.lent.readSome(limit: 64), !message.isEmpty else { return }
    let answer: String
    do throws(SystemError) {
      answer = try reload().map { "\($0)" } ?? "ok"
    } catch {
      answer = "\(error)"
    }
    // Whoever asks next finds no socket and starts another server.
    if table.isEmpty { try? removeFile("\(folder)/control") }
    try? socket.lent.writeAll(answer)
  }
}
