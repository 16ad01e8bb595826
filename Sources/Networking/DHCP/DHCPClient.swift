import LinuxSystem
import SystemPackage

/// The client's side of DHCP on one device of a container: RFC 2131. Each call is a whole dialogue;
/// between them nobody has to stay, because the lease is written down.
struct DHCPClient {
  /// The container's network namespace.
  let namespace: FileDescriptor
  /// The number of the device in it.
  let link: Int32
  let mac: MACAddress
  /// What the server is told that the client is called.
  let hostName: String

  /// How long each question is waited for, in milliseconds. The first may be lost while a switch learns.
  private static let patience = [500, 1000, 2000, 4000, 4000]

  /// Gets an address; nil where no server answers.
  func acquire() throws(SystemError) -> DHCPLease? {
    let link = link
    let socket = try NamespaceVisit.descriptor(in: namespace) { () throws(SystemError) in
      try PacketSocket.open(onLink: link)
    }
    // One name for all: a server may look whether an address is free before it offers it.
    let discovery = question(.discover)
    for patience in DHCPClient.patience {
      var question = discovery
      try ask(question, by: socket.lent)
      guard let offer = try answer(to: question, by: socket.lent, patience, [.offer]),
        let lent = offer.lease(at: now)
      else { continue }
      question.kind = .request
      question.wantedAddress = lent.address.address
      question.server = lent.server
      try ask(question, by: socket.lent)
      if let answer = try answer(
        to: question, by: socket.lent, patience, [.acknowledge, .refuse]),
        answer.kind == .acknowledge, let lease = answer.lease(at: now)
      {
        return lease
      }
    }
    return nil
  }

  /// Has a lease prolonged, by its own server or, late, by any; nil where that is refused or nobody
  /// answers.
  func renew(_ lease: DHCPLease) throws(SystemError) -> DHCPLease? {
    let socket = try boundSocket(lease)
    var question = question(.request)
    question.ownAddress = lease.address.address
    let target = lease.isForAnyServer(at: now) ? IPAddress.v4(.max) : lease.server
    for patience in DHCPClient.patience.prefix(3) {
      try send(question, to: target, by: socket.lent)
      let deadline = MonotonicClock.milliseconds() + Int64(patience)
      while let bytes = try next(socket.lent, until: deadline) {
        guard let answer = DHCPMessage(bytes), isFor(answer, question) else { continue }
        switch answer.kind {
        case .acknowledge: return answer.lease(at: now)
        case .refuse: return nil
        default: continue
        }
      }
    }
    return nil
  }

  /// Gives an address back; nobody answers to that.
  func release(_ lease: DHCPLease) throws(SystemError) {
    var question = question(.release)
    question.ownAddress = lease.address.address
    question.server = lease.server
    // At once, and to all on the line: the namespace is gone before the server's hardware address could
    // be asked for.
    let link = link
    let socket = try NamespaceVisit.descriptor(in: namespace) { () throws(SystemError) in
      try PacketSocket.open(onLink: link)
    }
    try PacketSocket.broadcast(
      DHCPPacket.bytes(
        DHCPMessage.bytes(of: question), from: lease.address.address, to: lease.server),
      from: socket.lent, onLink: link)
  }

  private var now: Int64 { Timestamp.now().seconds }

  private func question(_ kind: DHCPMessage.Kind) -> DHCPMessage.Question {
    DHCPMessage.Question(
      kind: kind, transaction: arbitraryBytes(4), mac: mac, hostName: hostName)
  }

  private func isFor(_ answer: DHCPMessage, _ question: DHCPMessage.Question) -> Bool {
    answer.transaction == question.transaction && answer.client == mac.bytes
  }

  private func ask(
    _ question: DHCPMessage.Question, by socket: FileDescriptor
  ) throws(SystemError) {
    let packet = DHCPPacket.bytes(DHCPMessage.bytes(of: question))
    try PacketSocket.broadcast(packet, from: socket, onLink: link)
  }

  private func answer(
    to question: DHCPMessage.Question, by socket: FileDescriptor, _ patience: Int,
    _ kinds: [DHCPMessage.Kind]
  ) throws(SystemError) -> DHCPMessage? {
    let deadline = MonotonicClock.milliseconds() + Int64(patience)
    while let packet = try next(socket, until: deadline) {
      if let payload = DHCPPacket.payload(packet), let answer = DHCPMessage(payload),
        isFor(answer, question), kinds.contains(answer.kind)
      {
        return answer
      }
    }
    return nil
  }

  /// The next packet; nil when the time is over.
  private func next(
    _ socket: FileDescriptor, until deadline: Int64
  ) throws(SystemError) -> [UInt8]? {
    let rest = deadline - MonotonicClock.milliseconds()
    guard rest > 0, try socket.isReadable(within: Int(rest)) else { return nil }
    return try socket.readSome(limit: 4096, subject: "dhcp")
  }

  /// A socket of the address that the container has.
  private func boundSocket(_ lease: DHCPLease) throws(SystemError) -> SharedDescriptor {
    try NamespaceVisit.descriptor(in: namespace) { () throws(SystemError) in
      try InternetSocket.bind(
        .udp,
        to: .init(address: lease.address.address.bytes, port: DHCPMessage.clientPort),
        [.reusesAddress, .broadcast])
    }
  }

  private func send(
    _ question: DHCPMessage.Question, to target: IPAddress, by socket: FileDescriptor
  ) throws(SystemError) {
    try InternetSocket.send(
      DHCPMessage.bytes(of: question), from: socket,
      to: .init(address: target.bytes, port: DHCPMessage.serverPort))
  }
}
