import HelperProtocols
import ImageSpec
import LinuxSystem

/// An image as plain files in a folder: `dir:PATH`, for debugging and for whoever moves files by himself.
final class FolderSource: ImageSource {
  private let session: TransferSession
  private let folder: BlobFolder
  var reference: ImageReference? { nil }

  init(_ session: TransferSession, path: String) throws(TransferFailure) {
    self.session = session
    folder = try BlobFolder(path: path)
  }

  var name: String { "dir:" + folder.path }
  var trust: (transport: String, scopes: [String]) { ("dir", fileScopes(folder.path)) }

  func manifest(_ digest: Digest?) throws(TransferFailure) -> RawManifest {
    guard let digest else {
      return RawManifest(try folder.read("manifest.json", limit: manifestLimit))
    }
    let raw = RawManifest(
      try folder.read("\(digest.hex).manifest.json", limit: manifestLimit))
    guard raw.digest == digest else {
      throw TransferFailure(
        .digestMismatch, "manifest of \(name)", expected: digest.description,
        found: raw.digest.description)
    }
    return raw
  }

  func smallBlob(_ blob: Descriptor) throws(TransferFailure) -> [UInt8] {
    try folder.read(blob.digest.hex, limit: configurationLimit)
  }

  func producer(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> any BlobProducer {
    let folder = folder
    return FileProducer { () throws(TransferFailure) in try folder.open(layer.blob.digest.hex) }
  }

  func signatures(of digest: Digest) throws(TransferFailure) -> [ImageSignature] {
    let isTop = try manifest(nil).digest == digest
    let prefix = (isTop ? "" : digest.hex + ".") + "signature-"
    var found: [ImageSignature] = []
    for number in 1...128 where folder.contains("\(prefix)\(number)") {
      let blob = try folder.read("\(prefix)\(number)", limit: manifestLimit)
      if let signature = ImageSignature(blob: blob) { found.append(signature) }
    }
    return found
  }
}

/// A folder that takes an image as plain files.
final class FolderDestination: ImageDestination {
  private let session: TransferSession
  private let folder: BlobFolder

  init(_ session: TransferSession, path: String) throws(TransferFailure) {
    self.session = session
    folder = try BlobFolder(making: path)
    let names = try folder.names()
    guard names.isEmpty || names.contains("version") else {
      throw TransferFailure(
        .request, path, detail: "the folder has other files in it; please name an empty one")
    }
    try folder.write("version", Array("Directory Transport Version: 1.1\n".utf8))
  }

  var name: String { "dir:" + folder.path }
  var takesSignatures: Bool { true }

  func put(
    signatures: [ImageSignature], of digest: Digest, isTop: Bool
  ) throws(TransferFailure) {
    for (index, signature) in signatures.enumerated() {
      let prefix = isTop ? "" : digest.hex + "."
      try folder.write("\(prefix)signature-\(index + 1)", signature.blob)
    }
  }

  func plan(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> LayerPlan {
    let consumer = {
      [session, folder] () throws(TransferFailure) in
      try FolderConsumer(session, folder, subject: "layer \(layer.blob.digest)") { $0.hex }
    }
    if session.writing.compression != nil,
      let target = session.targetCompression(of: layer, usual: layer.compression)
    {
      return .recoded(target, try consumer())
    }
    return .taken(try consumer())
  }

  func put(configuration: [UInt8], _ digest: Digest) throws(TransferFailure) {
    try folder.write(digest.hex, configuration)
  }

  func put(manifest: RawManifest, isTop: Bool) throws(TransferFailure) {
    try folder.write(
      isTop ? "manifest.json" : "\(manifest.digest.hex).manifest.json", manifest.bytes)
  }
}
