public import LinuxSystem

/// A route of a network namespace. See rtnetlink(7), RTM_NEWROUTE.
public struct Route: Equatable, Sendable {
  /// AF_INET or AF_INET6.
  public var family: UInt8
  /// 0 with no destination: the default route.
  public var prefixLength: UInt8
  /// 4 or 16 bytes; empty for all.
  public var destination: [UInt8]
  /// The next hop; nil for what is on the device's own line.
  public var gateway: [UInt8]?
  /// The number of its device.
  public var linkIndex: Int32?
  /// The lower comes first.
  public var metric: UInt32?
  /// The routing table: 254 is the main one.
  public var table: UInt32
  public var kind: Kind

  /// What becomes of packets: RTN_… of linux/rtnetlink.h; there are others.
  public struct Kind: RawRepresentable, Equatable, Sendable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// They go to the gateway or out by the device.
    public static let unicast = Kind(rawValue: 1)
    /// They are for this host.
    public static let local = Kind(rawValue: 2)
  }

  public static let mainTable: UInt32 = 254
  public static let localTable: UInt32 = 255
  fileprivate static let fixedLength = 12
  fileprivate static let staticProtocol: UInt8 = 4

  // The attributes, RTA_… of linux/rtnetlink.h.
  fileprivate static let destinationAttribute: UInt16 = 1
  fileprivate static let deviceAttribute: UInt16 = 4
  fileprivate static let gatewayAttribute: UInt16 = 5
  fileprivate static let priorityAttribute: UInt16 = 6
  fileprivate static let tableAttribute: UInt16 = 15

  /// A route by way of a gateway or of a device.
  ///
  /// - Parameter destination: 4 or 16 bytes.
  public init(
    to destination: [UInt8], prefixLength: UInt8, gateway: [UInt8]? = nil, linkIndex: Int32? = nil,
    metric: UInt32? = nil, table: UInt32 = Route.mainTable, kind: Kind = .unicast
  ) {
    family = destination.count == 16 ? Address.familyV6 : Address.familyV4
    self.prefixLength = prefixLength
    self.destination = destination
    self.gateway = gateway
    self.linkIndex = linkIndex
    self.metric = metric
    self.table = table
    self.kind = kind
  }

  fileprivate init?(_ answer: NetlinkAnswer) {
    let attributes = answer.attributes(after: Route.fixedLength)
    guard answer.kind == .newRoute, let family = answer.body.number(at: 0, as: UInt8.self),
      let prefixLength = answer.body.number(at: 1, as: UInt8.self),
      let shortTable = answer.body.number(at: 4, as: UInt8.self),
      let type = answer.body.number(at: 7, as: UInt8.self)
    else { return nil }
    self.family = family
    self.prefixLength = prefixLength
    kind = Kind(rawValue: type)
    destination = attributes[Route.destinationAttribute].map { Array($0) } ?? []
    gateway = attributes[Route.gatewayAttribute].map { Array($0) }
    linkIndex = attributes[Route.deviceAttribute]?.number(at: 0, as: Int32.self)
    metric = attributes[Route.priorityAttribute]?.number(at: 0, as: UInt32.self)
    table =
      attributes[Route.tableAttribute]?.number(at: 0, as: UInt32.self) ?? UInt32(shortTable)
  }
}

extension NetlinkRequest {
  /// The fixed part of messages about routes: struct rtmsg.
  fileprivate mutating func appendRoute(
    family: UInt8, prefixLength: UInt8 = 0, table: UInt32 = 0, scope: UInt8 = 0, type: UInt8 = 0
  ) {
    append(family)
    append(prefixLength)
    append(UInt8(0))  // No source's prefix.
    append(UInt8(0))  // No type of service.
    append(UInt8(exactly: table) ?? 0)
    append(type == 0 ? 0 : Route.staticProtocol)
    append(scope)
    append(type)
    append(UInt32(0))  // No flags.
  }

  fileprivate mutating func append(_ route: Route) {
    let linkScope: UInt8 = 253
    appendRoute(
      family: route.family, prefixLength: route.prefixLength, table: route.table,
      scope: route.gateway == nil && route.family == Address.familyV4 ? linkScope : 0,
      type: route.kind.rawValue)
    if route.prefixLength > 0 { attribute(Route.destinationAttribute, route.destination) }
    if let gateway = route.gateway { attribute(Route.gatewayAttribute, gateway) }
    if let index = route.linkIndex { attribute(Route.deviceAttribute, index) }
    if let metric = route.metric { attribute(Route.priorityAttribute, metric) }
    if route.table > 255 { attribute(Route.tableAttribute, route.table) }
  }
}

extension RouteSession where Socket: ~Copyable {
  /// The routes of all tables.
  public mutating func routes() throws(SystemError) -> [Route] {
    try list("list routes", .getRoute) { $0.appendRoute(family: 0) }.compactMap { Route($0) }
  }

  /// The route that this host's own packets to an address take; `ENETUNREACH` if there is none.
  ///
  /// - Parameter address: 4 or 16 bytes.
  public mutating func route(to address: [UInt8]) throws(SystemError) -> Route? {
    let family = address.count == 16 ? Address.familyV6 : Address.familyV4
    return Route(
      try get("find route", "", .getRoute) {
        $0.appendRoute(family: family, prefixLength: UInt8(clamping: address.count * 8))
        $0.attribute(Route.destinationAttribute, address)
      })
  }

  /// Adds a route; `EEXIST` if there is one of its destination and metric.
  public mutating func add(_ route: Route) throws(SystemError) {
    try perform("add route", "\(route.prefixLength)", .newRoute, [.create, .exclusive]) {
      $0.append(route)
    }
  }

  /// Removes a route; `ESRCH` if there is none such.
  public mutating func remove(_ route: Route) throws(SystemError) {
    try perform("remove route", "\(route.prefixLength)", .deleteRoute) { $0.append(route) }
  }
}
