import LinuxSystem
import SystemPackage

/// The network namespace that all bridges of a user share, with pasta as its way out.
extension NetworkService {
  private var sharedFolder: String { "\(configuration.runFolder)/rootless-netns" }
  private var sharedPath: String { "\(sharedFolder)/netns" }

  /// Whether it was made since the machine started.
  var hasSharedNamespace: Bool { NetworkNamespace.identity(of: sharedPath) != nil }

  /// The namespace; made where it is not there.
  func sharedNamespace() throws(NetworkError) -> HostNamespace {
    if let file = try sharedFile() { return HostNamespace(file: file) }
    let lock = try asNetworkError { () throws(SystemError) in
      try makeDirectories(sharedFolder, mode: 0o700)
      let folder = SharedDescriptor(try openFile(sharedFolder, [.readOnly, .directory]))
      try folder.lent.lock(subject: sharedFolder)
      return folder
    }
    defer { withExtendedLifetime(lock) {} }
    // Another command may have been faster.
    if let file = try sharedFile() { return HostNamespace(file: file) }
    try asNetworkError { () throws(SystemError) in try NetworkNamespace.create(at: sharedPath) }
    do throws(NetworkError) {
      let pasta = try helper("pasta", package: UserModeNetwork.pasta.package)
      _ = try Pasta(program: pasta, options: configuration.pastaOptions, ports: [])
        .start(namespace: sharedPath)
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

  private func sharedFile() throws(NetworkError) -> SharedDescriptor? {
    guard hasSharedNamespace else { return nil }
    return try asNetworkError { () throws(SystemError) in
      SharedDescriptor(try openFile(sharedPath, [.readOnly]))
    }
  }
}
