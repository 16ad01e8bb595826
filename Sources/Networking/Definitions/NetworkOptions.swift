/// A network's options, understood: what its driver does otherwise than usual.
struct NetworkOptions: Equatable {
  enum Isolation: String { case off, on, strict }

  var mtu: UInt32?
  var vlan: UInt16?
  /// Packets do not pass between this and other networks that have it on.
  var isolation = Isolation.on
  var metric: UInt32?
  var hasDefaultRoute = true
  var vrf: String?
  /// An unmanaged bridge is somebody else's: it is used, and neither made nor given addresses.
  var isManaged = true
  var mode: String?
  var parent: String?
  /// Of a macvlan: `bclim`.
  var broadcastLimit: Int32?

  static let ofBridge = [
    "mtu", "vlan", "isolate", "metric", "no_default_route", "vrf", "mode", "host_interface_name",
  ]
  static let ofMacvlan = ["mtu", "parent", "mode", "metric", "no_default_route", "bclim"]
  static let ofIpvlan = ["mtu", "parent", "mode", "metric", "no_default_route"]

  /// Docker's names of options, and ours for them; its others mean nothing here.
  static let dockerNames = [
    "com.docker.network.driver.mtu": "mtu", "parent": "parent", "macvlan_mode": "mode",
    "ipvlan_mode": "mode",
  ]

  init(_ network: Network) throws(NetworkError) {
    let options = network.options ?? [:]
    mtu = try options["mtu"].map { text throws(NetworkError) in
      // The kernel's own limits: an IPv4 packet's least and the length field's most.
      try Self.number("mtu", text, 68...65535)
    }
    vlan = try options["vlan"].map { text throws(NetworkError) in
      UInt16(try Self.number("vlan", text, 1...4094))
    }
    metric = try options["metric"].map { text throws(NetworkError) in
      try Self.number("metric", text, 0...UInt32.max)
    }
    if let text = options["isolate"] {
      if text == "strict" {
        isolation = .strict
      } else {
        isolation = try Self.boolean("isolate", text) ? .on : .off
      }
    }
    if let text = options["no_default_route"] {
      hasDefaultRoute = try !Self.boolean("no_default_route", text)
    }
    broadcastLimit = try options["bclim"].map { text throws(NetworkError) in
      guard let number = Int32(text) else {
        throw .invalid(what: "option bclim", value: text, expected: "a 32 bit integer")
      }
      return number
    }
    vrf = options["vrf"]
    parent = options["parent"]
    mode = options["mode"]
    try checkMode(driver: network.driver)
    if network.driver == "bridge", mode == "unmanaged" { isManaged = false }
  }

  private func checkMode(driver: String) throws(NetworkError) {
    guard let mode else { return }
    let allowed =
      switch driver {
      case "bridge": ["managed", "unmanaged"]
      case "macvlan": ["bridge", "private", "vepa", "passthru"]
      default: ["l2", "l3", "l3s"]
      }
    guard allowed.contains(mode) else {
      throw .invalid(
        what: "mode of a \(driver) network", value: mode,
        expected: allowed.joined(separator: ", "))
    }
  }

  private static func number(
    _ name: String, _ text: String, _ range: ClosedRange<UInt32>
  ) throws(NetworkError) -> UInt32 {
    guard let number = UInt32(text), range.contains(number) else {
      throw .invalid(
        what: "option \(name)", value: text,
        expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// The words that Go's strconv.ParseBool takes.
  private static func boolean(_ name: String, _ text: String) throws(NetworkError) -> Bool {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": return true
    case "0", "f", "F", "false", "FALSE", "False": return false
    default: throw .invalid(what: "option \(name)", value: text, expected: "true or false")
    }
  }
}
