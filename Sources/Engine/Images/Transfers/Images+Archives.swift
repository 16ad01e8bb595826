import EngineConfig
public import HelperProtocols
import ImageSpec
import Storage
public import SystemPackage

extension Images {
  /// Brings every image of an archive or a folder into the store.
  ///
  /// - Parameter path: nil for standard input.
  public func load(_ path: String?, _ options: TransferOptions) throws -> [TransferredImage] {
    var request = try self.request(.load, options)
    request.source = path ?? ""
    let images = try TransferProcess.run(
      request, engine.configuration, report: options.report
    ).images
    for image in images {
      engine.events.emit(.image(.loadFromArchive, id: image.id, name: path ?? "-"))
    }
    return images
  }

  /// What an archive is written as.
  public enum ArchiveForm: String, CaseIterable, Sendable {
    case dockerArchive = "docker-archive"
    case ociArchive = "oci-archive"
    case ociFolder = "oci-dir"
    case dockerFolder = "docker-dir"
  }

  /// Whether several names are several images where nothing is said: containers.conf's
  /// `multi_image_archive`.
  public var savesSeveral: Bool {
    engine.configuration.containersConf.engine.makesMultiImageArchives
  }

  /// Writes images into one archive or folder.
  ///
  /// - Parameters:
  ///   - names: images, as people call them. Where there are several, names for one and the same image
  ///     stand beside each other in the archive, unless `isMultiple` says that each is an image.
  ///   - path: nil for `output`.
  public func save(
    _ names: [String], as form: ArchiveForm, to path: String?, output: FileDescriptor? = nil,
    isMultiple: Bool, _ options: TransferOptions
  ) throws {
    var request = try self.request(.save, options)
    request.destination = path ?? ""
    request.writing.format = form.rawValue
    request.writing.removesSignatures = true
    for (index, text) in names.enumerated() {
      // Without --multi-image-archive all but the first are further names of the first.
      if index > 0, !isMultiple, let reference = try? ImageReference(parsing: text).tagged {
        request.saved[0].names.append(reference.description)
        continue
      }
      let match = try find(text)
      let own = match.name.map { [$0] } ?? []
      if let same = request.saved.firstIndex(where: { $0.id == match.image.id }) {
        request.saved[same].names += own.filter { !request.saved[same].names.contains($0) }
      } else {
        request.saved.append(SavedImage(id: match.image.id, names: own))
      }
    }
    _ = try TransferProcess.run(
      request, engine.configuration, output: output, report: options.report)
    for saved in request.saved {
      engine.events.emit(.image(.save, id: saved.id, name: path ?? "-"))
    }
  }
}
