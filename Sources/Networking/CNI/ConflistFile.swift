import JSON
import LinuxSystem
import SystemPackage

/// A network of CNI: a `.conflist` file, or a `.conf` file of one plugin. See the Container Network
/// Interface specification, version 1.0.0, 1.
struct ConflistFile {
  let path: String
  let name: String
  let version: String
  /// The plugins' configurations, in the order in which they are added.
  let plugins: [JSONTree]
  let document: JSONTree

  private static let largest = 1 << 20

  init(path: String) throws(NetworkError) {
    let text = try asNetworkError { () throws(SystemError) in
      try readRegularFile(path, limit: ConflistFile.largest)
    }
    do throws(JSONError) {
      document = try JSONReader().read(JSONTree.self, from: text)
    } catch {
      throw .badDefinition(path: path, error)
    }
    guard let name = document["name"]?.string, isNetworkName(name) else {
      throw .invalid(what: "name in \(path)", value: "", expected: "a network's name")
    }
    self.path = path
    self.name = name
    version = document["cniVersion"]?.string ?? "0.4.0"
    plugins = document["plugins"]?.elements ?? [document]
    guard !plugins.isEmpty, plugins.allSatisfy({ $0["type"]?.string != nil }) else {
      throw .invalid(what: "plugins in \(path)", value: "", expected: "a list with a type each")
    }
    for plugin in plugins {
      // A type is a program's name, never a path.
      guard let type = plugin["type"]?.string, !type.contains("/"), !type.hasPrefix(".") else {
        throw .invalid(what: "plugin type in \(path)", value: "", expected: "a program's name")
      }
    }
  }

  /// All of a folder, and what is wrong with those that cannot be used.
  static func all(in folder: String) -> (files: [ConflistFile], broken: [NetworkError]) {
    guard let directory = try? openFile(folder, [.readOnly, .directory]),
      let names = try? directory.lent.entryNames()
    else { return ([], []) }
    var files: [ConflistFile] = []
    var broken: [NetworkError] = []
    for name in names.sorted() where name.hasSuffix(".conflist") || name.hasSuffix(".conf") {
      do throws(NetworkError) {
        let file = try ConflistFile(path: "\(folder)/\(name)")
        // Of several of one name the first counts.
        if !files.contains(where: { $0.name == file.name }) { files.append(file) }
      } catch {
        broken.append(error)
      }
    }
    return (files, broken)
  }

  /// As far as it can be said in our words.
  var network: Network {
    var network = Network.blank
    let first = plugins[0]
    network.name = name
    network.id = String(
      name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        .padding(to: 64))
    network.driver = first["type"]?.string ?? "bridge"
    network.interface = first["bridge"]?.string ?? first["master"]?.string
    network.created = Timestamp(seconds: 0, nanoseconds: 0).rfc3339
    let ranges = (first["ipam"]?["ranges"]?.elements ?? []).flatMap { $0.elements ?? [] }
    network.subnets = ranges.compactMap { range in
      guard let subnet = range["subnet"]?.string.flatMap({ Subnet($0) }) else { return nil }
      return NetworkSubnet(
        subnet: subnet.network, gateway: range["gateway"]?.string.flatMap { IPAddress($0) })
    }
    network.isIPv6Enabled = network.subnets?.contains { $0.subnet.isV6 } ?? false
    network.isInternal = first["isGateway"] == .bool(false)
    network.isDNSEnabled = plugins.contains { $0["type"]?.string == "dnsname" }
    network.ipamOptions = ["driver": first["ipam"]?["type"]?.string ?? "none"]
    return network
  }
}

extension String {
  fileprivate func padding(to length: Int) -> String {
    self + String(repeating: "0", count: Swift.max(0, length - utf8.count)).prefix(length)
  }
}
