import EngineConfig
import HelperProtocols
import LinuxSystem
import SystemPackage

/// Where credentials are looked for and kept: the request, files, and programs.
struct CredentialStore {
  private let session: TransferSession

  init(_ session: TransferSession) { self.session = session }

  private var access: RegistryAccess { session.access }

  /// The files in the order in which they are searched; the first is the one that is written.
  var paths: [String] {
    let environment = session.environment
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let own = access.authFile, !own.isEmpty { return [own] }
    if let own = value("REGISTRY_AUTH_FILE") { return [own] }
    var paths = [
      value("XDG_RUNTIME_DIR").map { $0 + "/containers/auth.json" }
        ?? "/run/containers/\(access.uid)/auth.json"
    ]
    if let home = value("XDG_CONFIG_HOME") ?? value("HOME").map({ $0 + "/.config" }) {
      paths.append(home + "/containers/auth.json")
    }
    if let home = value("DOCKER_CONFIG") ?? value("HOME").map({ $0 + "/.docker" }) {
      paths.append(home + "/config.json")
    }
    return paths
  }

  /// The credentials for a repository: those of the request, else the most special that are kept.
  func credentials(
    registry: String, repository: String?
  ) throws(TransferFailure) -> Credentials? {
    if let user = access.user {
      return Credentials(user: user, password: access.password ?? "")
    }
    return try kept(registry: registry, repository: repository)
  }

  /// The credentials that are kept.
  func kept(registry: String, repository: String?) throws(TransferFailure) -> Credentials? {
    let keys = AuthKey.candidates(registry: registry, repository: repository)
    for helper in try session.registriesConf().credentialHelpers {
      if helper != "containers-auth.json" {
        if let found = try CredentialHelper(helper).get(registry) { return found }
        continue
      }
      for path in paths {
        let file = try AuthFile(path: path)
        if let name = file.helper(for: registry),
          let found = try CredentialHelper(name).get(registry)
        {
          return found
        }
        if let found = file.credentials(keys) { return found }
      }
    }
    return nil
  }

  /// Keeps credentials under a registry or a repository.
  ///
  /// - Returns: where: a path or a program's name.
  func keep(_ own: Credentials, under key: String, registry: String) throws(TransferFailure)
    -> String
  {
    let helpers = try session.registriesConf().credentialHelpers
    if let helper = helpers.first, helper != "containers-auth.json" {
      try CredentialHelper(helper).store(own, for: registry)
      return helper
    }
    var file = try AuthFile(path: paths[0])
    if let name = file.helper(for: registry) {
      try CredentialHelper(name).store(own, for: registry)
      return name
    }
    file.set(
      own,
      under: access.isDockerAuthFile == true && key == "docker.io"
        ? "https://index.docker.io/v1/" : key)
    try file.save()
    return file.path
  }

  /// Forgets what is kept under a registry or a repository; false where there was nothing.
  func forget(_ key: String, registry: String) throws(TransferFailure) -> Bool {
    var isFound = false
    for helper in try session.registriesConf().credentialHelpers
    where helper != "containers-auth.json" {
      if try CredentialHelper(helper).erase(registry) { isFound = true }
    }
    var file = try AuthFile(path: paths[0])
    if let name = file.helper(for: registry), try CredentialHelper(name).erase(registry) {
      isFound = true
    }
    if file.remove(key) {
      try file.save()
      isFound = true
    }
    return isFound
  }

  /// Forgets everything.
  func forgetAll() throws(TransferFailure) {
    var file = try AuthFile(path: paths[0])
    for (host, helper) in file.hostsWithHelpers { _ = try CredentialHelper(helper).erase(host) }
    file.removeAll()
    try file.save()
  }
}
