import LinuxSystem
import SystemPackage

extension NetworkService {
  private var namesFolder: String { "\(configuration.runFolder)/dns" }

  private var nameServer: NameServerControl? {
    configuration.nameServerProgram.map {
      NameServerControl(folder: namesFolder, program: $0, port: configuration.dnsPort)
    }
  }

  /// Makes a container's names known to the name servers of its networks: they answer when this
  /// returns.
  func addNames(_ state: ContainerState, _ steps: [AttachmentPlan.Step]) throws(NetworkError) {
    let named = zip(steps, state.statuses).filter { step, status in
      // The server also watches over the rules of the firewall.
      step.network.driver == "bridge" && step.options.isManaged && !status.addresses.isEmpty
    }
    guard !named.isEmpty, let server = nameServer else { return }
    try lockingNames { (directory) throws(NetworkError) in
      for (step, status) in named {
        let names =
          [state.containerName, String(state.containerID.prefix(12))]
          + (state.aliases[step.network.name] ?? [])
        try change(step.network.name, in: directory) { file in
          file.set(step.network)
          file.add(
            containerID: state.containerID, names: names,
            addresses: status.addresses.map(\.address.address), servers: state.dnsServers)
        }
      }
      if try !server.reload() {
        try asNetworkError { () throws(SystemError) in
          let command = configuration.restoreCommand.map { $0 + "\n" }.joined()
          try directory.replaceFile("restore", contents: Array(command.utf8), mode: 0o600)
        }
        try server.start(in: try hostNamespace())
      }
    }
  }

  /// Takes a container's names back; the server ends with the last.
  func removeNames(_ containerID: String, networks: [String]) throws(NetworkError) {
    guard let server = nameServer, !networks.isEmpty,
      let folder = try? openFile(namesFolder, [.readOnly, .directory])
    else { return }
    let present = networks.filter { folder.lent.contains("\($0).names") }
    guard !present.isEmpty else { return }
    try lockingNames { (directory) throws(NetworkError) in
      for network in present {
        try change(network, in: directory) { file in file.remove(containerID) }
      }
      _ = try server.reload()
    }
  }

  /// Tells the name servers of networks what has changed in the networks themselves.
  func updateNames(ofNetworks names: [String]) throws(NetworkError) {
    guard let server = nameServer, openFileExists(namesFolder) else { return }
    try lockingNames { (directory) throws(NetworkError) in
      for name in names where directory.contains("\(name).names") {
        let network = try network(name)
        try change(name, in: directory) { file in file.set(network) }
      }
      _ = try server.reload()
    }
  }

  private func openFileExists(_ path: String) -> Bool {
    (try? openFile(path, [.path])) != nil
  }

  /// Changes one network's file; one without containers goes.
  private func change(
    _ network: String, in directory: FileDescriptor, _ body: (inout NameFile) -> Void
  ) throws(NetworkError) {
    let name = "\(network).names"
    try asNetworkError { () throws(SystemError) in
      var file = NameFile(try Self.text(of: name, in: directory))
      body(&file)
      if file.hasContainers {
        try directory.replaceFile(name, contents: Array(file.text.utf8), mode: 0o644)
      } else if directory.contains(name) {
        try directory.removeFile(name)
      }
    }
  }

  private static func text(
    of name: String, in directory: FileDescriptor
  ) throws(SystemError) -> String {
    do throws(SystemError) {
      let file = try directory.open(name, [.readOnly, .noFollow])
      return String(decoding: try file.lent.readToEnd(limit: 1 << 24, subject: name), as: UTF8.self)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return "" }
      throw error
    }
  }

  /// One at a time changes files and tells the server, so that it cannot end in between.
  private func lockingNames(
    _ body: (FileDescriptor) throws(NetworkError) -> Void
  ) throws(NetworkError) {
    let directory = try asNetworkError { () throws(SystemError) in
      try makeDirectories(namesFolder, mode: 0o755)
      let directory = SharedDescriptor(try openFile(namesFolder, [.readOnly, .directory]))
      try directory.lent.lock(subject: namesFolder)
      return directory
    }
    try body(directory.lent)
    withExtendedLifetime(directory) {}
  }
}
