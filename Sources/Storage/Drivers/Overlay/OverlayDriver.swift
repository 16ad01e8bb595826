import EngineConfig
import LinuxSystem
import SystemPackage

/// Layers for overlayfs, as containers/storage lays them out.
///
/// `overlay/<id>/diff` has a layer's changes; `link` the name of a short symbolic link to it in
/// `overlay/l`, so that many lower layers fit in the options of one mount; `lower` the links of all
/// layers below, `l/A:l/B`, the topmost first; `work` and `merged` are overlayfs's work folder and the
/// mount point; a layer with nothing below has an `empty` folder to stand on.
final class OverlayDriver: StorageDriver {
  let name = "overlay"
  let home: String
  let runFolder: String
  let options: StoreOptions
  /// A program that mounts in the kernel's place.
  let mountProgram: String?
  /// Whether this process is root only of a user namespace: overlayfs keeps its marks in other attributes
  /// then.
  let isInUserNamespace: Bool

  /// overlayfs takes no more.
  static let mostLayers = 500

  init(_ options: StoreOptions, mountProgram: String?) {
    self.options = options
    self.mountProgram = mountProgram
    isInUserNamespace = options.isRootless || CurrentProcess.isInUserNamespace
    home = "\(options.graphRoot)/overlay"
    runFolder = "\(options.runRoot)/overlay"
  }

  var whiteoutFormat: WhiteoutFormat { .overlay(isUserNamespace: isInUserNamespace) }
  let keepsChanges = true

  // MARK: Places

  func folderName(_ id: String) -> String { id }

  /// The folder of a layer: here, else in the first other store that has it.
  func folder(_ id: String) -> String { place(id) }

  /// Where a link of `lower` stands: here or in another store.
  func linkPath(_ link: String) -> String { place(link) }

  private func place(_ name: String) -> String {
    let own = "\(home)/\(name)"
    let others = [options.imageStore].compactMap { $0 } + options.additionalImageStores
    if others.isEmpty || fileExists(own) { return own }
    return others.map { "\($0)/overlay/\(name)" }.first(where: fileExists) ?? own
  }

  func contains(_ id: String) -> Bool { fileExists(folder(id)) }

  func filesPath(_ id: String) -> String { "\(folder(id))/diff" }

  func lowerPaths(_ id: String) throws -> [String] {
    try lowerLinks(id).map { link in
      // ../<id>/diff
      let target = try linkTarget(of: linkPath(link))
      let parts = target.pathComponents
      guard parts.count >= 2, isObjectID(String(parts[parts.count - 2])) else {
        throw StorageError.damaged(path: linkPath(link), reason: "it leads to \(target)")
      }
      return filesPath(String(parts[parts.count - 2]))
    }
  }

  /// The links of the layers below one: `l/ABC…`.
  func lowerLinks(_ id: String) throws(SystemError) -> [String] {
    do throws(SystemError) {
      let text = String(
        decoding: try readFile("\(folder(id))/lower", limit: 1 << 20), as: UTF8.self)
      return text.split(separator: ":").map(String.init)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return [] }
      throw error
    }
  }

  // MARK: Making layers

  func stage(
    in temporary: String, parent: String?, mappings: IDMappings
  ) throws -> (layer: String, files: String) {
    let layer = "\(temporary)/layer"
    try makeDirectory(layer, mode: 0o700)
    let files = "\(layer)/diff"
    try makeDirectory(files, mode: 0o755)
    return (layer, files)
  }

  func adopt(_ staged: String, as id: String, parent: String?) throws {
    let folder = try openFile(staged, [.readOnly, .directory, .noFollow])
    try furnish(folder.lent, parent: parent)
    try replaceLeftover(id)
    let link = try writeLink(folder.lent)
    try renameFile(staged, to: "\(home)/\(id)")
    try makeShortLink(link, to: id)
    FaultPoint.reach("layer folder in place")
  }

  func create(_ id: String, parent: String?, root: LayerRoot?) throws {
    try replaceLeftover(id)
    let place = "\(home)/\(id)"
    try makeDirectory(place, mode: 0o700)
    FaultPoint.reach("layer folder made")
    let folder = try openFile(place, [.readOnly, .directory, .noFollow])
    var wanted = try rootOfFiles(parent)
    // A mount program keeps the owners as the image has them, and changes what is seen.
    if let root, mountProgram == nil { wanted = root.owning(wanted.permissions) }
    try folder.lent.makeDirectory("diff", mode: wanted.permissions)
    let diff = try folder.lent.open("diff", [.readOnly, .directory, .noFollow])
    // The mask of the process may have taken bits away.
    try diff.lent.changeMode(wanted.permissions, subject: "\(place)/diff")
    if wanted.uid != CurrentProcess.effectiveUserID || wanted.gid != CurrentProcess.effectiveGroupID
    {
      try diff.lent.changeOwner(uid: wanted.uid, gid: wanted.gid, subject: "\(place)/diff")
    }
    try furnish(folder.lent, parent: parent)
    try makeShortLink(try writeLink(folder.lent), to: id)
    FaultPoint.reach("layer folder furnished")
  }

  /// The root folder of a container has the owner and the permissions that its image gives it.
  private func rootOfFiles(_ parent: String?) throws(SystemError) -> LayerRoot {
    guard let parent else {
      return LayerRoot(
        permissions: 0o755, uid: CurrentProcess.effectiveUserID,
        gid: CurrentProcess.effectiveGroupID)
    }
    let path = filesPath(parent)
    let folder = try openFile(path, [.path, .directory])
    let status = try folder.lent.status(subject: path)
    return LayerRoot(permissions: status.permissions, uid: status.uid, gid: status.gid)
  }

  /// Takes away what a crash left of a layer that was never recorded.
  private func replaceLeftover(_ id: String) throws {
    guard fileExists("\(home)/\(id)") else { return }
    try removeTree(try detach(id))
  }

  /// Makes everything in a layer's folder but its files and its link.
  private func furnish(_ folder: FileDescriptor, parent: String?) throws {
    try folder.makeDirectory("work", mode: 0o700)
    try folder.makeDirectory("merged", mode: 0o700)
    guard let parent else { return try folder.makeDirectory("empty", mode: 0o700) }
    let lowers = ["l/" + (try link(of: parent))] + (try lowerLinks(parent))
    guard lowers.count <= Self.mostLayers else { throw StorageError.tooManyLayers(lowers.count) }
    try write(lowers.joined(separator: ":"), to: "lower", of: folder)
  }

  // MARK: Short links

  /// The short link of a layer, made anew where it was lost.
  private func link(of id: String) throws -> String {
    let path = "\(folder(id))/link"
    do {
      return try readLinkName(path)
    } catch let error as SystemError {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      try restoreLinks()
      return try readLinkName(path)
    }
  }

  private func readLinkName(_ path: String) throws -> String {
    let text = String(decoding: try readFile(path, limit: 256), as: UTF8.self)
    let name = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    guard !name.isEmpty, name.utf8.allSatisfy(isLetterOrDigit) else {
      throw StorageError.damaged(path: path, reason: "it holds no name of a link")
    }
    return name
  }

  private func writeLink(_ folder: FileDescriptor) throws(SystemError) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    let name = String(decoding: try randomBytes(26).map { letters[Int($0 & 31)] }, as: UTF8.self)
    try write(name, to: "link", of: folder)
    return name
  }

  private func makeShortLink(_ link: String, to id: String) throws(SystemError) {
    let links = try openFile("\(home)/l", [.path, .directory])
    try links.lent.makeLink(link, to: "../\(id)/diff")
  }

  private func write(
    _ text: String, to name: String, of folder: FileDescriptor
  ) throws(SystemError) {
    let file = try folder.open(name, [.writeOnly, .create, .truncate, .noFollow], mode: 0o644)
    try file.lent.writeAll(text, subject: name)
  }

  /// Makes the short links anew that a crash of the machine lost: each layer's `link` says its name.
  func restoreLinks() throws {
    try makeDirectories("\(home)/l", mode: 0o755)
    let folder = try openFile(home, [.readOnly, .directory])
    let links = try openFile("\(home)/l", [.readOnly, .directory])
    for id in try folder.lent.entryNames() where isObjectID(id) {
      if let link = try? readLinkName("\(home)/\(id)/link") {
        if !links.lent.contains(link) { try makeShortLink(link, to: id) }
        continue
      }
      // A link that leads to the layer gives its name back; else the layer gets a new one.
      let layer = try openFile("\(home)/\(id)", [.readOnly, .directory, .noFollow])
      let known = try links.lent.entryNames().first {
        (try? links.lent.linkTarget(of: $0)) == "../\(id)/diff"
      }
      if let known {
        try write(known, to: "link", of: layer.lent)
      } else {
        try makeShortLink(try writeLink(layer.lent), to: id)
      }
    }
  }

  // MARK: Removing layers

  func detach(_ id: String) throws -> String {
    let place = "\(home)/\(id)"
    if let link = try? readLinkName("\(place)/link") {
      try removeFileIfPresent("\(home)/l/\(link)")
    }
    FaultPoint.reach("short link removed")
    return try moveAway(place)
  }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}
