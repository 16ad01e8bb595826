import HelperProtocols
import ImageSpec
import LinuxSystem

extension Images {
  /// Signs an image that a registry has.
  ///
  /// - Parameters:
  ///   - name: `docker://NAME`, or the name alone.
  ///   - folder: where the signature goes; nil for the place of registries.d.
  public func sign(_ name: String, into folder: String?, _ options: TransferOptions) throws {
    var request = try self.request(.sign, options)
    if name.hasPrefix("docker://") {
      request.source = name
    } else {
      do { request.source = "docker://\(try ImageReference(parsing: name))" } catch {
        throw EngineError.failed("signing \(name)", reason: "\(error)")
      }
    }
    if let folder {
      request.destination =
        folder.hasPrefix("/") ? folder : "\(try CurrentProcess.workingDirectory())/\(folder)"
    }
    _ = try TransferProcess.run(request, engine.configuration, report: options.report)
  }
}
