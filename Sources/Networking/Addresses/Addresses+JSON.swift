public import JSON

extension IPAddress: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    guard let value = IPAddress(try node.string()) else {
      throw node.mismatch("an IP address")
    }
    self = value
  }

  public func write(to output: JSONOutput) { output.string("\(self)") }
}

extension Subnet: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    guard let value = Subnet(try node.string()) else {
      throw node.mismatch("an address with a prefix, such as 10.88.0.0/16")
    }
    self = value
  }

  public func write(to output: JSONOutput) { output.string("\(self)") }
}

extension MACAddress: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    guard let value = MACAddress(try node.string()) else {
      throw node.mismatch("a hardware address, such as 92:d0:c6:0a:29:33")
    }
    self = value
  }

  public func write(to output: JSONOutput) { output.string("\(self)") }
}
