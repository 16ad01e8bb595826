import EngineConfig
import LinuxSystem

extension ContainerEngine {
  /// The name or the path of the OCI runtime for a new container.
  func runtimeName(_ asked: String?) throws -> String {
    asked ?? configuration.options.runtime ?? configuration.containersConf.engine.runtime
      ?? "ocirun"
  }

  /// The path of a runtime's program.
  func runtimeProgram(_ name: String) throws -> String {
    if name.hasPrefix("/") {
      do {
        try checkExecutable(name)
      } catch {
        throw EngineError.failed("OCI runtime", reason: "\(error)")
      }
      return name
    }
    if let paths = configuration.containersConf.engine.runtimes[name] {
      for path in paths where (try? checkExecutable(path)) != nil { return path }
    }
    if let path = try? configuration.programs.path(of: name) { return path }
    let folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/sbin", "/bin"]
    for folder in folders where (try? checkExecutable("\(folder)/\(name)")) != nil {
      return "\(folder)/\(name)"
    }
    throw MissingProgram(name: name, searched: configuration.programs.searched + folders)
  }
}
