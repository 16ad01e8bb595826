import Engine
import Networking

/// The value of `--publish`: `[[ADDRESS:][HOST[-HOST]]:]CONTAINER[-CONTAINER][/PROTOCOL]`.
enum PublishedPorts {
  static func parse(_ text: String) throws -> [ContainerNetwork.Port] {
    func wrong(_ reason: String) -> EngineError {
      .invalid(option: "--publish", value: text, reason: reason)
    }
    var rest = text[...]
    var transport = "tcp"
    if let slash = rest.lastIndex(of: "/") {
      transport = rest[rest.index(after: slash)...].lowercased()
      rest = rest[..<slash]
    }
    guard ["tcp", "udp", "sctp"].contains(transport) else {
      throw wrong("the protocol has to be tcp, udp or sctp")
    }
    var address = ""
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else { throw wrong("] is missing") }
      address = String(rest[rest.index(after: rest.startIndex)..<end])
      rest = rest[rest.index(after: end)...]
      guard rest.first == ":" else { throw wrong("a port has to follow the address") }
      rest.removeFirst()
    }
    var parts = rest.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if address.isEmpty, parts.count == 3 { address = parts.removeFirst() }
    guard (1...2).contains(parts.count), parts != [""] else {
      throw wrong("it has to be [[ADDRESS:][HOSTPORT]:]CONTAINERPORT[/PROTOCOL]")
    }
    guard address.isEmpty || IPAddress(address) != nil else {
      throw wrong("\"\(address)\" is no IP address")
    }
    guard let inside = range(parts[parts.count - 1]) else {
      throw wrong("\(parts[parts.count - 1]) is no port")
    }
    var port = ContainerNetwork.Port()
    port.hostAddress = address
    port.containerPort = inside.lowerBound
    port.count = UInt16(inside.count)
    port.transport = transport
    if parts.count == 2, !parts[0].isEmpty, parts[0] != "0" {
      guard let outside = range(parts[0]) else { throw wrong("\(parts[0]) is no port") }
      guard outside.count == inside.count || inside.count == 1 else {
        throw wrong("both ranges have to be of one length")
      }
      // Of a range for one port the first is taken.
      port.hostPort = outside.lowerBound
    }
    return [port]
  }

  private static func range(_ text: String) -> ClosedRange<UInt16>? {
    let numbers = text.split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count <= 2, let first = UInt16(numbers[0]), first > 0,
      let last = UInt16(numbers[numbers.count - 1]), last >= first
    else { return nil }
    return first...last
  }
}
