import LinuxSystem
import SystemPackage

/// Ports of the host: whether they are free, and who has them.
enum HostPorts {
  /// Takes ports so that no other program of the host can, or says who has one. The sockets are
  /// bound and answer nobody: packets are sent on before they come here.
  static func hold(_ mappings: [PortMapping]) throws(NetworkError) -> [SharedDescriptor] {
    var held: [SharedDescriptor] = []
    for mapping in mappings {
      for step in 0..<max(mapping.count, 1) {
        let (port, overflow) = mapping.hostPort.addingReportingOverflow(step)
        guard !overflow else { continue }
        do throws(SystemError) {
          held.append(
            SharedDescriptor(
              try InternetSocket.bound(mapping.transport, to: mapping.hostAddress, port: port)))
        } catch {
          switch error.errno {
          case .addressInUse:
            throw .portUsed(
              mapping, port: port, holder: holder(of: port, mapping.transport))
          case .addressNotAvailable:
            guard let address = mapping.hostAddress else { throw .system(error) }
            throw .notOfHost(address, mapping)
          // A kernel without SCTP, or without IPv6: nobody else can have the port either.
          case .protocolNotSupported, .socketTypeNotSupported, .addressFamilyNotSupported: continue
          default: throw .system(error)
          }
        }
      }
    }
    return held
  }

  /// A port that nobody has, of those that programs get when they ask for none.
  static func free(
    _ transport: PortMapping.TransportProtocol, _ address: IPAddress?
  ) throws(NetworkError) -> UInt16 {
    do throws(SystemError) {
      // A kernel without SCTP has no ports of it; whether that matters shows when it is published.
      let socket = try InternetSocket.bound(
        transport == .sctp ? .tcp : transport, to: address, port: 0)
      return try InternetSocket.port(of: socket.lent)
    } catch {
      if let address, error.errno == .addressNotAvailable {
        throw .notOfHost(
          address, PortMapping(hostPort: 0, containerPort: 0, transport: transport))
      }
      throw .system(error)
    }
  }

  /// The program that has a port: `nginx (pid 123)`, where that can be known.
  private static func holder(
    of port: UInt16, _ transport: PortMapping.TransportProtocol
  ) -> String? {
    guard let inode = inode(of: port, transport) else { return nil }
    let wanted = "socket:[\(inode)]"
    guard let root = try? openFile("/proc", [.readOnly, .directory]),
      let processes = try? root.lent.entryNames()
    else { return nil }
    for process in processes where process.utf8.first.map({ 48...57 ~= $0 }) ?? false {
      let folder = "/proc/\(process)/fd"
      guard let directory = try? openFile(folder, [.readOnly, .directory]),
        let names = try? directory.lent.entryNames()
      else { continue }
      for name in names where (try? directory.lent.linkTarget(of: name)) == wanted {
        let command = (try? readFile("/proc/\(process)/comm", limit: 256)) ?? []
        let text = String(decoding: command.prefix { $0 != 10 }, as: UTF8.self)
        return "\(text) (pid \(process))"
      }
    }
    return nil
  }

  /// The number of the socket that has a port: proc_net(5).
  private static func inode(
    of port: UInt16, _ transport: PortMapping.TransportProtocol
  ) -> Substring? {
    let digits = String(port, radix: 16, uppercase: true)
    let wanted = ":" + String(repeating: "0", count: 4 - digits.count) + digits
    for name in [transport.rawValue, transport.rawValue + "6"] {
      guard let bytes = try? readFile("/proc/thread-self/net/\(name)", limit: 1 << 24) else {
        continue
      }
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
        let fields = line.split(separator: " ")
        // State 0A is LISTEN; UDP's sockets have none.
        guard fields.count > 9, fields[1].hasSuffix(wanted),
          transport != .tcp || fields[3] == "0A", fields[9] != "0"
        else { continue }
        return fields[9]
      }
    }
    return nil
  }
}

extension InternetSocket {
  /// A socket bound to a port of the host; without an address to all of them.
  fileprivate static func bound(
    _ transport: PortMapping.TransportProtocol, to address: IPAddress?, port: UInt16
  ) throws(SystemError) -> OwnedDescriptor {
    let kind: Transport =
      switch transport {
      case .tcp: .tcp
      case .udp: .udp
      case .sctp: .sctp
      }
    guard let address else {
      do throws(SystemError) {
        let everywhere = [UInt8](repeating: 0, count: 16)
        return try bind(kind, to: Endpoint(address: everywhere, port: port))
      } catch {
        // A host without IPv6.
        guard error.errno == .addressFamilyNotSupported else { throw error }
        return try bind(kind, to: Endpoint(address: [0, 0, 0, 0], port: port))
      }
    }
    return try bind(
      kind, to: Endpoint(address: address.bytes, port: port), address.isUnspecified ? [] : .onlyV6)
  }
}
