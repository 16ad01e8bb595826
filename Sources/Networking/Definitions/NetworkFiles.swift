import JSON
import LinuxSystem
import SystemPackage

/// The folder of networks' JSON files: `NAME.json` each.
struct NetworkFiles {
  let folder: String
  private static let largest = 1 << 20

  /// All networks that have a file, by name. One that cannot be used stops nobody: it is in `broken`.
  func all() throws(NetworkError) -> (networks: [Network], broken: [NetworkError]) {
    let names: [String]
    do throws(SystemError) {
      let directory = try openFile(folder, [.readOnly, .directory])
      names = try directory.lent.entryNames()
    } catch {
      if error.errno == .noSuchFileOrDirectory { return ([], []) }
      throw .system(error)
    }
    var networks: [Network] = []
    var broken: [NetworkError] = []
    for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
      do throws(NetworkError) {
        if let network = try read(String(name.dropLast(5))) { networks.append(network) }
      } catch {
        broken.append(error)
      }
    }
    return (networks, broken)
  }

  /// The network whose file has this name; nil if there is none.
  func read(_ name: String) throws(NetworkError) -> Network? {
    // A name from outside that is none cannot lead out of the folder.
    guard isNetworkName(name) else { return nil }
    let path = "\(folder)/\(name).json"
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try readRegularFile(path, limit: NetworkFiles.largest)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw .system(error)
    }
    let network: Network
    do throws(JSONError) {
      network = try JSONReader(emptyStringIsAbsent: true).read(Network.self, from: bytes)
    } catch {
      throw .badDefinition(path: path, error)
    }
    guard network.name == name else {
      throw .invalid(what: "name in \(path)", value: network.name, expected: name)
    }
    return network
  }

  /// Writes a network's file, durably.
  func write(_ network: Network) throws(NetworkError) {
    let text: [UInt8]
    do throws(JSONError) {
      text = try JSONWriter(.indented("     ")).write(network) + [UInt8(ascii: "\n")]
    } catch {
      throw .json(error)
    }
    do throws(SystemError) {
      let directory = try openedFolder()
      try directory.lent.replaceFile(
        "\(network.name).json", contents: text, mode: 0o644, durable: true)
    } catch {
      throw .system(error)
    }
  }

  func remove(_ name: String) throws(NetworkError) {
    do throws(SystemError) {
      let directory = try openedFolder()
      try directory.lent.removeFile("\(name).json")
    } catch {
      if error.errno != .noSuchFileOrDirectory { throw .system(error) }
    }
  }

  /// Holds off others that create or remove networks, while the result lives.
  func lock() throws(NetworkError) -> SharedDescriptor {
    do throws(SystemError) {
      let folder = try openedFolder()
      try folder.lent.lock(subject: self.folder)
      return SharedDescriptor(folder)
    } catch {
      throw .system(error)
    }
  }

  private func openedFolder() throws(SystemError) -> OwnedDescriptor {
    try makeDirectories(folder, mode: 0o755)
    return try openFile(folder, [.readOnly, .directory])
  }
}

/// Files have networks' names, and endings behind them while they are written.
let longestNetworkName = 200

/// Whether a text is a name that podman gives networks: letters, digits, `_`, `.` and `-`, the
/// first a letter or digit.
func isNetworkName(_ text: String) -> Bool {
  func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
  guard let first = text.utf8.first, isWord(first), text.utf8.count <= longestNetworkName else {
    return false
  }
  return text.utf8.allSatisfy { isWord($0) || "_.-".utf8.contains($0) }
}
