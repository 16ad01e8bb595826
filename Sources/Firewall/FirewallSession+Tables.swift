public import LinuxSystem
import Netlink
import SystemPackage

extension FirewallSession where Socket: ~Copyable {
  /// Whether there is a table of the family inet with this name.
  public mutating func hasTable(_ name: String) throws(SystemError) -> Bool {
    var request = NetlinkRequest(.init(rawValue: 10 << 8 | 1), [], sequence: 1)  // NFT_MSG_GETTABLE
    request.appendHeader(family: 1, resource: 0)
    request.attribute(1, name)  // NFTA_TABLE_NAME
    let answer = try answer(to: request.finished())
    switch answer.errorCode {
    case nil, 0: return true
    case let code?:
      let error = SystemError("find firewall table", name, .init(rawValue: code))
      // Without nf_tables there is no table either.
      if error.errno == .noSuchFileOrDirectory || error.errno == .invalidArgument { return false }
      throw error
    }
  }
}
