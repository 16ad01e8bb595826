import JSON
import LinuxSystem

/// An address that a DHCP server has lent, with what it said besides.
struct DHCPLease: Equatable {
  var address: Subnet
  var router: IPAddress?
  var dnsServers: [IPAddress]
  var domain: String
  var server: IPAddress
  /// When it was lent, in seconds since 1970.
  var obtained: Int64
  /// Seconds from then on: of the whole, until its server is asked to prolong it, until any is.
  var duration: UInt32
  var renewal: UInt32
  var rebinding: UInt32

  private var isForEver: Bool { duration == .max }

  func isDue(at now: Int64) -> Bool { !isForEver && now - obtained >= Int64(renewal) }
  func isForAnyServer(at now: Int64) -> Bool { now - obtained >= Int64(rebinding) }
  func isOver(at now: Int64) -> Bool { !isForEver && now - obtained >= Int64(duration) }

  /// What the container has of it.
  func apply(to status: inout NetworkStatus) {
    status.addresses = [.init(address: address, gateway: router)]
    status.dnsServers = dnsServers
    status.dnsSearchDomains = domain.isEmpty ? [] : [domain]
  }
}

extension DHCPLease: JSONObject {
  static var blank: DHCPLease {
    DHCPLease(
      address: .everything, dnsServers: [], domain: "", server: .v4(0), obtained: 0, duration: 0,
      renewal: 0, rebinding: 0)
  }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("address", &address)
    try object.member("router", &router)
    try object.member("dns_servers", &dnsServers)
    try object.member("domain", &domain)
    try object.member("server", &server)
    try object.member("obtained", &obtained)
    try object.member("duration", &duration)
    try object.member("renewal", &renewal)
    try object.member("rebinding", &rebinding)
  }
}
