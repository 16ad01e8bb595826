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
