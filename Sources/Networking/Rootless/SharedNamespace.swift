import LinuxSystem
import SystemPackage

/// The network namespace that all bridges of a user share, with pasta as its way out.
extension NetworkService {
  private var sharedFolder: String { "\(configuration.runFolder)/rootless-netns" }
  var sharedPath: String { "\(sharedFolder)/netns" }

  /// Whether it was made since the machine started.
  var hasSharedNamespace: Bool { NetworkNamespace.identity(of: sharedPath) != nil }

  /// The namespace; made where it is not there.
  func sharedNamespace() throws(NetworkError) -> HostNamespace {
    let lock = try lockShared()
    defer { withExtendedLifetime(lock) {} }
    if let file = try sharedFile() { return HostNamespace(file: file) }
    try asNetworkError { () throws(SystemError) in try NetworkNamespace.create(at: sharedPath) }
    do throws(NetworkError) {
      let pasta = try helper("pasta", package: UserModeNetwork.pasta.package)
      // Not the host's own address, as usual: those who ask for a published port from the host have it.
      let own = [
        "-a", "169.254.76.1", "-n", "24", "-g", "169.254.76.2",
        "-a", "fd77:7061:7374:1::1", "-g", "fd77:7061:7374:1::2",
      ]
      let options = configuration.pastaOptions
      let hasAddress = options.contains("-a") || options.contains { $0.hasPrefix("--address") }
      _ = try Pasta(program: pasta, options: (hasAddress ? [] : own) + options, ports: [])
        .start(namespace: sharedPath)
      // Nobody else has rules for what bridges pass here; with it [::1] would not reach published ports.
      try asNetworkError { () throws(SystemError) in
        try HostNamespace(file: try sharedFileHere()).perform { () throws(SystemError) in
          for family in ["ip", "ip6"] {
            let name = "bridge/bridge-nf-call-\(family)tables"
            if KernelParameter.exists(name) { try KernelParameter.set(name, "0") }
          }
        }
      }
      // podman-dns asks where the host's servers can be reached from here.
      try asNetworkError { () throws(SystemError) in
        try makeDirectories("\(configuration.runFolder)/dns", mode: 0o755)
        let folder = try openFile("\(configuration.runFolder)/dns", [.readOnly, .directory])
        try folder.lent.replaceFile(
          "resolv.conf", contents: Array("nameserver \(Pasta.dnsAddress)\n".utf8), mode: 0o644)
      }
    } catch {
      try? NetworkNamespace.remove(at: sharedPath)
      throw error
    }
    guard let file = try sharedFile() else { throw .namespaceGone(sharedPath) }
    return HostNamespace(file: file)
  }

  /// Enters the namespace that all bridges of a user share; it is made where it is not there.
  public func joinSharedNamespace() throws(NetworkError) {
    let file = try sharedNamespace().file
    guard let file else { throw .namespaceGone(sharedPath) }
    try asNetworkError { () throws(SystemError) in try Namespaces.join(file.lent, .network) }
  }

  /// Removes the namespace with all bridges in it when no container is on them; pasta ends with it.
  func removeIdleSharedNamespace() throws(NetworkError) {
    guard configuration.isRootless, hasSharedNamespace, try states.all().isEmpty else { return }
    let lock = try lockShared()
    defer { withExtendedLifetime(lock) {} }
    // Who is being set up has written its state before it asks for the namespace.
    guard try states.all().isEmpty else { return }
    try asNetworkError { () throws(SystemError) in try NetworkNamespace.remove(at: sharedPath) }
  }

  private func lockShared() throws(NetworkError) -> SharedDescriptor {
    try asNetworkError { () throws(SystemError) in
      try makeDirectories(sharedFolder, mode: 0o700)
      let folder = SharedDescriptor(try openFile(sharedFolder, [.readOnly, .directory]))
      try folder.lent.lock(subject: sharedFolder)
      return folder
    }
  }

  private func sharedFile() throws(NetworkError) -> SharedDescriptor? {
    guard hasSharedNamespace else { return nil }
    return try asNetworkError { () throws(SystemError) in try sharedFileHere() }
  }

  private func sharedFileHere() throws(SystemError) -> SharedDescriptor {
    SharedDescriptor(try openFile(sharedPath, [.readOnly]))
  }
}
