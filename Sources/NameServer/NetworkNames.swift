import LinuxSystem

/// The names of one network, from its file: a line each, words with blanks between them.
///
///     listen 10.89.0.1 fd00::1        where the network's server answers
///     servers 192.0.2.53              who is asked for other names, in place of the host's servers
///     internal                        nobody is
///     container ID 10.89.0.2,fd00::2 web,www,5d3f00c0ffee 192.0.2.1
///
/// The last word of a container, which may be missing, are servers of its own.
struct NetworkNames: Equatable {
  struct Container: Equatable {
    var id: String
    /// 4 or 16 bytes each.
    var addresses: [[UInt8]]
    /// In lower case, the container's own first.
    var names: [String]
    var servers: [[UInt8]]
  }

  var listeners: [[UInt8]] = []
  var servers: [[UInt8]] = []
  var isInternal = false
  var containers: [Container] = []

  /// Reads a file. Lines that cannot be understood are passed over: an older or newer engine may have
  /// written them.
  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      switch words.first {
      case "listen": listeners = words.dropFirst().compactMap(InternetSocket.address)
      case "servers": servers = words.dropFirst().compactMap(InternetSocket.address)
      case "internal": isInternal = true
      case "container" where words.count >= 4:
        containers.append(
          Container(
            id: String(words[1]),
            addresses: words[2].split(separator: ",").compactMap(InternetSocket.address),
            names: words[3].split(separator: ",").map { $0.lowercased() },
            servers: words.count > 4
              ? words[4].split(separator: ",").compactMap(InternetSocket.address) : []))
      default: break
      }
    }
  }
}
