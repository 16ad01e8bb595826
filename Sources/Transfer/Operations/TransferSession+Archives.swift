import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

extension TransferSession {
  /// What `load` found at a path.
  private enum Loadable {
    case dockerArchive(ArchiveFile)
    case layoutArchive(ArchiveFile)
    case layout(path: String)
    case folder(path: String)
    case one(PlaceName)
  }

  /// Copies every image of an archive or a folder into the store.
  func load() throws(TransferFailure) -> TransferResult {
    var result = TransferResult()
    switch try loadable() {
    case .dockerArchive(let archive):
      for (index, image) in try DockerArchiveImage.all(in: archive).enumerated() {
        let source = try DockerArchiveSource(
          self, archive, image, name: "docker-archive:\(archive.path):@\(index)")
        result.images.append(try loadOne(source, names: image.names ?? []))
      }
    case .layoutArchive(let archive):
      for entry in try LayoutArchiveSource.index(of: archive).manifests {
        let source = try LayoutArchiveSource(
          self, archive, entry: entry, name: "oci-archive:\(archive.path)")
        result.images.append(try loadOne(source, names: layoutNames(entry, archive.path)))
      }
    case .layout(let path):
      let index = try LayoutSource.index(try BlobFolder(path: path))
      for (position, entry) in index.manifests.enumerated() {
        let source = try LayoutSource(self, path: path, name: "@\(position)")
        result.images.append(try loadOne(source, names: folderNames(entry, path)))
      }
    case .folder(let path):
      result.images.append(
        try loadOne(try FolderSource(self, path: path), names: pathNames(path)))
    case .one(let place):
      let source = try source(place)
      result.images.append(try loadOne(source, names: names(of: place, source)))
    }
    guard !result.images.isEmpty else {
      throw TransferFailure(.malformed, request.source, detail: "it holds no image")
    }
    return result
  }

  /// A file of the web as an archive; nil for a path.
  private func webFile(_ path: String) throws(TransferFailure) -> ArchiveFile? {
    guard path.hasPrefix("http://") || path.hasPrefix("https://") else { return nil }
    let file: SharedDescriptor
    do { file = try ArchiveFile.temporaryFile() } catch {
      throw TransferFailure(store: error, path)
    }
    try fetch(path, into: file.lent)
    return try ArchiveFile(file, path: path)
  }

  private func loadOne(
    _ source: any ImageSource, names: [String]
  ) throws(TransferFailure) -> TransferredImage {
    var full: [String] = []
    for name in names {
      do { full.append(try ImageReference(parsing: name).tagged.description) } catch {
        throw TransferFailure(.invalidName, name, detail: "\(error)")
      }
    }
    for name in request.names where !full.contains(name) { full.append(name) }
    let destination = try StoreDestination(self, names: full)
    var image = try ImageCopy(self, from: source, to: destination).run()
    image.names = full
    return image
  }

  private func loadable() throws(TransferFailure) -> Loadable {
    var path = request.source
    if PlaceName.hasTransport(path) {
      let place = try PlaceName(path)
      switch place {
      case .dockerArchive(let own, nil): path = own
      case .layoutArchive(let own, nil): path = own
      case .layout(let own, nil): return .layout(path: own)
      case .folder(let own): return .folder(path: own)
      default: return .one(place)
      }
    }
    if !path.isEmpty, path != "-",
      let folder = try? openFile(path, [.path]), (try? folder.lent.status().kind) == .directory
    {
      let isLayout = (try? openFile(path + "/oci-layout", [.path])) != nil
      return isLayout ? .layout(path: path) : .folder(path: path)
    }
    let archive: ArchiveFile
    if let file = try webFile(path) {
      archive = file
    } else {
      archive = try ArchiveFile(path: path)
    }
    if archive.contains("manifest.json") { return .dockerArchive(archive) }
    if archive.contains("index.json"), archive.contains("oci-layout") {
      return .layoutArchive(archive)
    }
    throw TransferFailure(
      .malformed, archive.path,
      detail: "it holds no image: neither manifest.json as docker save writes it, nor an OCI layout"
    )
  }

  /// The names of an image that was asked for by its own.
  private func names(of place: PlaceName, _ source: any ImageSource) -> [String] {
    switch place {
    case .dockerArchive, .daemon: (source as? DockerArchiveSource)?.image.names ?? []
    case .layoutArchive(_, let name?): [localName(name)]
    case .layout(let path, let name?):
      (try? ImageReference.isShort(name)) == false ? [localName(name)] : pathNames(path)
    default: []
    }
  }

  /// The name that an entry of a layout has, or that of the place.
  private func layoutNames(_ entry: Descriptor, _ path: String) -> [String] {
    let annotations = entry.annotations ?? [:]
    let name = annotations["io.containerd.image.name"] ?? annotations[ImageLayout.nameKey] ?? ""
    return name.isEmpty ? [] : [localName(name)]
  }

  /// The name of an image of a layout in a folder: its own where that is a full one, else the folder's.
  private func folderNames(_ entry: Descriptor, _ path: String) -> [String] {
    let own = layoutNames(entry, path)
    let text = entry.annotations?[ImageLayout.nameKey] ?? ""
    return (try? ImageReference.isShort(text)) == false ? own : pathNames(path)
  }

  /// The name that a path makes; none where it would be none by the grammar.
  private func pathNames(_ path: String) -> [String] {
    let name = localName(path)
    return (try? ImageReference(parsing: name)) == nil ? [] : [name]
  }

  /// A name, which without a registry is one of this machine.
  private func localName(_ name: String) -> String {
    var text = name
    while text.hasPrefix("/") || text.hasPrefix(".") { text.removeFirst() }
    return (try? ImageReference.isShort(text)) == false ? text : "localhost/" + text
  }

  /// Copies images of the store into one archive or folder.
  func save() throws(TransferFailure) -> TransferResult {
    var result = TransferResult()
    switch request.writing.format ?? "docker-archive" {
    case "docker-archive":
      let output = try archiveOutput()
      do throws(TransferFailure) {
        let destination = DockerArchiveDestination(self, output)
        for image in request.saved {
          destination.names = image.names
          result.images.append(try saveOne(image, to: destination))
        }
        try destination.finish()
      } catch {
        output.abandon()
        throw error
      }
    case "oci-archive":
      let output = try archiveOutput()
      do throws(TransferFailure) {
        let image = try onlySaved()
        let destination = LayoutArchiveDestination(
          self, output, imageName: image.names.first)
        result.images.append(try saveOne(image, to: destination))
      } catch {
        output.abandon()
        throw error
      }
    case "oci-dir":
      let image = try onlySaved()
      result.images.append(
        try saveOne(
          image,
          to: try LayoutDestination(self, path: request.destination, name: image.names.first)))
    case "docker-dir":
      result.images.append(
        try saveOne(
          try onlySaved(), to: try FolderDestination(self, path: request.destination)))
    case let other:
      throw TransferFailure(.unsupported, detail: "the format \(printable(other))")
    }
    return result
  }

  private func onlySaved() throws(TransferFailure) -> SavedImage {
    guard request.saved.count == 1, let image = request.saved.first else {
      throw TransferFailure(
        .request, detail: "several images can be saved in the format docker-archive only")
    }
    return image
  }

  func archiveOutput() throws(TransferFailure) -> ArchiveOutput {
    if let descriptor = request.output { return try ArchiveOutput(descriptor: descriptor) }
    return try ArchiveOutput(path: request.destination)
  }

  private func saveOne(
    _ image: SavedImage, to destination: any ImageDestination
  ) throws(TransferFailure) -> TransferredImage {
    try ImageCopy(self, from: try StoreSource(self, image.id), to: destination).run()
  }
}
