import Glibc

/// The names of the uts namespace. See uts_namespaces(7).
public enum HostName {
  /// See sethostname(2); at most 64 bytes.
  public static func set(_ name: String) throws(SystemError) {
    try systemCall("sethostname", name) { sethostname(name, name.utf8.count) }
  }

  /// See setdomainname(2); at most 64 bytes.
  public static func setDomain(_ name: String) throws(SystemError) {
    try systemCall("setdomainname", name) { setdomainname(name, name.utf8.count) }
  }
}

extension HostName {
  /// The host name of the UTS namespace that this process is in. See gethostname(2).
  public static func current() -> String {
    var name = [CChar](repeating: 0, count: 65)
    guard gethostname(&name, 64) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
