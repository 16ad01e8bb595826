import HTTPClient
import HelperProtocols
import LinuxSystem
import SystemPackage

/// The certificates for a registry: containers-certs.d(5).
enum HostCertificates {
  /// What holds for a host.
  ///
  /// - Parameters:
  ///   - host: with its port, if it has one.
  ///   - folder: where they are in place of the usual folders; nil for those.
  static func settings(
    host: String, folder: String?, environment: [String: String]
  ) throws(TransferFailure) -> TLSSettings {
    var settings = TLSSettings()
    var authorities: [UInt8] = []
    for folder in folder.map({ [$0] }) ?? folders(host: host, environment: environment) {
      for name in entries(folder).sorted() {
        let path = "\(folder)/\(name)"
        if name.hasSuffix(".crt") {
          authorities += try contents(path)
          authorities.append(0x0A)
        } else if name.hasSuffix(".cert"), settings.certificateFile == nil {
          let key = String(path.dropLast(5)) + ".key"
          guard (try? readRegularFile(key, limit: 1 << 20)) != nil else {
            throw TransferFailure(
              .configuration, path, detail: "the key that belongs to it, \(key), cannot be read")
          }
          (settings.certificateFile, settings.keyFile) = (path, key)
        }
      }
    }
    // Own authorities stand beside the system's, which libcurl would otherwise forget.
    if !authorities.isEmpty { settings.authorities = authorities + systemAuthorities(environment) }
    return settings
  }

  private static func folders(host: String, environment: [String: String]) -> [String] {
    guard !host.contains("/"), host != "..", host != "." else { return [] }
    var folders: [String] = []
    if let home = environment["HOME"], !home.isEmpty {
      folders.append("\(home)/.config/containers/certs.d/\(host)")
    }
    folders += ["/etc/containers/certs.d/\(host)", "/etc/docker/certs.d/\(host)"]
    // The first that exists counts alone.
    return folders.first { !entries($0).isEmpty }.map { [$0] } ?? []
  }

  private static func entries(_ folder: String) -> [String] {
    guard let directory = try? openFile(folder, [.readOnly, .directory]) else { return [] }
    return (try? directory.lent.entryNames()) ?? []
  }

  private static func contents(_ path: String) throws(TransferFailure) -> [UInt8] {
    do { return try readRegularFile(path, limit: 4 << 20) } catch {
      throw TransferFailure(.configuration, path, detail: "\(error)")
    }
  }

  private static func systemAuthorities(_ environment: [String: String]) -> [UInt8] {
    let places = [
      environment["SSL_CERT_FILE"], "/etc/ssl/certs/ca-certificates.crt",
      "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]
    for case let path? in places {
      if let text = try? readRegularFile(path, limit: 16 << 20) { return text }
    }
    return []
  }
}
