import LinuxSystem
import SystemPackage

/// Who has which address of one network: a file an address, named after it.
///
/// A lease belongs to a network namespace and counts while that lives; so whatever ends a container,
/// none is lost. The folder's lock is held for some hundred microseconds, by allocations from the
/// same network only.
struct Leases {
  let folder: String
  private let network: String

  /// - Parameter folder: the run folder of all networks.
  init(folder: String, network: String) {
    self.folder = "\(folder)/leases/\(network)"
    self.network = network
  }

  /// Who takes an address.
  struct Holder: Equatable {
    var containerID: String
    /// The file that stands for the namespace, and the number that tells it from others.
    var namespace: String
    var identity: UInt64

    /// Whether the namespace is the one that the lease was given to.
    var lives: Bool { NetworkNamespace.identity(of: namespace) == identity }

    fileprivate var text: String { "\(containerID)\n\(namespace)\n\(identity)\n" }

    fileprivate init?(_ text: [UInt8]) {
      let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
      guard lines.count == 3, let identity = UInt64(lines[2]) else { return nil }
      self.init(containerID: String(lines[0]), namespace: String(lines[1]), identity: identity)
    }

    init(containerID: String, namespace: String, identity: UInt64) {
      self.containerID = containerID
      self.namespace = namespace
      self.identity = identity
    }
  }

  /// Takes an address of each subnet: those that are asked for, else the next that nobody has.
  func take(
    of subnets: [NetworkSubnet], wanted: [IPAddress], for holder: Holder
  ) throws(NetworkError) -> [NetworkStatus.Assigned] {
    for address in wanted where !subnets.contains(where: { $0.subnet.contains(address) }) {
      throw .addressOutside(address, network: network)
    }
    let directory: OwnedDescriptor
    do throws(SystemError) {
      directory = try lockedFolder()
    } catch {
      throw .system(error)
    }
    var taken: [NetworkStatus.Assigned] = []
    do throws(NetworkError) {
      for subnet in subnets {
        let address: IPAddress
        if let asked = wanted.first(where: { subnet.subnet.contains($0) }) {
          try take(asked, in: directory.lent, subnet, for: holder)
          address = asked
        } else {
          address = try takeNext(in: directory.lent, subnet, for: holder)
        }
        guard let own = Subnet(address, subnet.subnet.prefixLength) else { continue }
        taken.append(.init(address: own, gateway: subnet.gateway))
      }
    } catch {
      for assigned in taken {
        try? directory.lent.removeFile(Leases.fileName(assigned.address.address))
      }
      throw error
    }
    return taken
  }

  /// Gives addresses back, as far as this container has them.
  func giveBack(_ addresses: [IPAddress], by containerID: String) throws(SystemError) {
    let directory: OwnedDescriptor
    do throws(SystemError) {
      directory = try lockedFolder()
    } catch {
      if error.errno == .noSuchFileOrDirectory { return }
      throw error
    }
    for address in addresses {
      let name = Leases.fileName(address)
      if holder(of: name, in: directory.lent)?.containerID == containerID {
        try directory.lent.removeFile(name)
      }
    }
  }

  /// Forgets the network.
  func removeAll() throws(NetworkError) {
    guard let slash = folder.lastIndex(of: "/") else { return }
    do throws(SystemError) {
      let parent = try openFile(String(folder[..<slash]), [.readOnly, .directory])
      try parent.lent.removeTree(String(folder[folder.index(after: slash)...]))
    } catch {
      if error.errno != .noSuchFileOrDirectory { throw .system(error) }
    }
  }

  private func lockedFolder() throws(SystemError) -> OwnedDescriptor {
    try makeDirectories(folder, mode: 0o700)
    let directory = try openFile(folder, [.readOnly, .directory])
    try directory.lent.lock(subject: folder)
    return directory
  }

  private static func fileName(_ address: IPAddress) -> String { "\(address)" }

  private func holder(of name: String, in directory: FileDescriptor) -> Holder? {
    guard let file = try? directory.open(name, [.readOnly, .noFollow]),
      let text = try? file.lent.readToEnd(limit: 8192)
    else { return nil }
    return Holder(text)
  }

  private func take(
    _ address: IPAddress, in directory: FileDescriptor, _ subnet: NetworkSubnet, for new: Holder
  ) throws(NetworkError) {
    if address == subnet.gateway { throw .addressUsed(address, container: "the gateway") }
    if !subnet.subnet.hosts.contains(address) {
      throw .addressOutside(address, network: network)
    }
    let name = Leases.fileName(address)
    if let present = holder(of: name, in: directory), present.lives, present != new {
      throw .addressUsed(address, container: present.containerID)
    }
    do throws(SystemError) {
      try directory.replaceFile(name, contents: Array(new.text.utf8), mode: 0o600)
    } catch {
      throw .system(error)
    }
  }

  /// Addresses are given in their order, and one that is given back not again until all others were.
  private func takeNext(
    in directory: FileDescriptor, _ subnet: NetworkSubnet, for new: Holder
  ) throws(NetworkError) -> IPAddress {
    let hosts = subnet.subnet.hosts
    let start = max(subnet.leaseRange?.start ?? hosts.lowerBound, hosts.lowerBound)
    let end = min(subnet.leaseRange?.end ?? hosts.upperBound, hosts.upperBound)
    guard start <= end else { throw .noFreeAddress(subnet.subnet, network: network) }
    let pointer = "last-\(start)"
    let last = lastGiven(pointer, in: directory)
    let first = last.flatMap { $0.advanced(by: 1) } ?? start
    do throws(SystemError) {
      // Free ones first; those of dead namespaces only when there are no others.
      for isLastChance in [false, true] {
        for candidate in candidates(from: first, in: start...end) {
          if candidate == subnet.gateway { continue }
          let name = Leases.fileName(candidate)
          if directory.contains(name) {
            guard isLastChance, !(holder(of: name, in: directory)?.lives ?? false) else { continue }
          }
          try directory.replaceFile(name, contents: Array(new.text.utf8), mode: 0o600)
          try directory.replaceFile(pointer, contents: Array("\(candidate)".utf8), mode: 0o600)
          return candidate
        }
      }
    } catch {
      throw .system(error)
    }
    throw .noFreeAddress(subnet.subnet, network: network)
  }

  private func lastGiven(_ pointer: String, in directory: FileDescriptor) -> IPAddress? {
    guard let file = try? directory.open(pointer, [.readOnly]),
      let text = try? file.lent.readToEnd(limit: 64)
    else { return nil }
    return IPAddress(String(decoding: text, as: UTF8.self))
  }

  /// The addresses of a range from one on, and round to it; of large ones so many as there can be
  /// containers.
  private func candidates(
    from first: IPAddress, in range: ClosedRange<IPAddress>
  ) -> some Sequence<IPAddress> {
    let size = range.upperBound.number - range.lowerBound.number
    let count = size >= 1 << 20 ? 1 << 20 : Int(size) + 1
    let begin = range.contains(first) ? first.number - range.lowerBound.number : 0
    return (0..<count).lazy.map { step in
      let offset = begin + UInt128(step)
      return first.sameFamily(
        range.lowerBound.number + (offset > size ? offset - size - 1 : offset))
    }
  }
}
