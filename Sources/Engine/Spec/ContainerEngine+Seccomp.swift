import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

extension ContainerEngine {
  /// Where profiles stand, the administrator's before the distribution's.
  private static let profilePaths = [
    "/etc/containers/seccomp.json", "/usr/share/containers/seccomp.json",
  ]

  /// The filter of a container; nil for none.
  func seccompFilter(_ security: ContainerSecurity) throws -> Spec.Linux.Seccomp? {
    let capabilities = Set(security.capabilities)
    switch security.seccompProfile {
    case "unconfined": return nil
    case let path? where !path.isEmpty && path != "default":
      // A profile that somebody chose is taken as it is.
      return try profile(path, isDefault: false)
        .filter(capabilities: capabilities, refusesUnsafeSockets: false)
    default:
      for path in Self.profilePaths {
        do {
          return try profile(path, isDefault: true)
            .filter(capabilities: capabilities, refusesUnsafeSockets: true)
        } catch let error as SystemError where error.errno == .noSuchFileOrDirectory {
          continue
        }
      }
      return SeccompProfile.standard
        .filter(capabilities: capabilities, refusesUnsafeSockets: true)
    }
  }

  private func profile(_ path: String, isDefault: Bool) throws -> SeccompProfile {
    let bytes = try readRegularFile(path, limit: 1 << 22)
    do {
      return try JSONReader(emptyStringIsAbsent: true).read(SeccompProfile.self, from: bytes)
    } catch {
      throw EngineError.failed("seccomp profile \(path)", reason: "\(error)")
    }
  }
}
