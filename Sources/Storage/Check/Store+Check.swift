import Archive
import EngineConfig
import LinuxSystem

extension Store {
  /// Looks for what is not as it has to be. Nothing is changed, and no lock is held.
  ///
  /// - Parameters:
  ///   - verifiesContents: also read every layer and compare it with its digest, which takes time.
  ///   - age: layers that nothing needs are found when they are older than this, in seconds: a pull that is
  ///     going on has younger ones.
  public func check(verifiesContents: Bool, unneededAfter age: Int64 = 24 * 3600) throws
    -> [StoreFinding]
  {
    try layerRecords.refresh()
    try imageRecords.refresh()
    try containerRecords.refresh()
    var check = CheckRun(store: self, verifiesContents: verifiesContents, age: age)
    try check.layers()
    try check.images()
    try check.containers()
    try check.unneededLayers()
    try check.strays()
    return check.findings
  }
}

/// One look at a store.
private struct CheckRun {
  let store: Store
  let verifiesContents: Bool
  let age: Int64
  var findings: [StoreFinding] = []
  /// The records that can be read.
  private var knownLayers: [String: LayerRecord] = [:]
  private var damagedLayers: Set<String> = []
  private var knownImages: [ImageRecord] = []
  private var knownContainers: [ContainerRecord] = []

  init(store: Store, verifiesContents: Bool, age: Int64) {
    self.store = store
    self.verifiesContents = verifiesContents
    self.age = age
  }

  private mutating func note(
    _ object: StoreFinding.Object, _ problem: StoreFinding.Problem, isReadOnly: Bool = false
  ) {
    findings.append(StoreFinding(object: object, problem: problem, isReadOnly: isReadOnly))
    if case .layer(let id) = object, problem != .unneeded { damagedLayers.insert(id) }
  }

  private mutating func note(
    _ damaged: [DamagedRecord], _ object: (String) -> StoreFinding.Object, isReadOnly: Bool = false
  ) {
    for record in damaged {
      note(
        record.id.map(object) ?? .path(record.path), .unreadable(reason: record.reason),
        isReadOnly: isReadOnly)
    }
  }

  mutating func layers() throws {
    let (own, damaged) = store.layerRecords.all()
    note(damaged, StoreFinding.Object.layer)
    for found in own where !found.record.isIncomplete {
      knownLayers[found.record.id] = found.record
    }
    var lent: Set<String> = []
    for other in store.readOnlyStores {
      try other.layers.refresh()
      let (records, damaged) = other.layers.all()
      note(damaged, StoreFinding.Object.layer, isReadOnly: true)
      for found in records where knownLayers[found.record.id] == nil {
        knownLayers[found.record.id] = found.record
        lent.insert(found.record.id)
      }
    }
    for (id, record) in knownLayers.sorted(by: { $0.key < $1.key }) {
      let isReadOnly = lent.contains(id)
      if !store.driver.contains(id) {
        note(.layer(id), .filesMissing, isReadOnly: isReadOnly)
      } else if verifiesContents, let reason = difference(record) {
        note(.layer(id), .contentsChanged(reason: reason), isReadOnly: isReadOnly)
      }
      if let parent = record.parent, knownLayers[parent] == nil {
        note(.layer(id), .parentMissing(parent), isReadOnly: isReadOnly)
      }
    }
  }

  /// In what the files of a layer differ from the archive that they were unpacked from; nil where they
  /// do not, or where nobody can tell.
  private func difference(_ record: LayerRecord) -> String? {
    guard let digest = record.diffDigest, record.userMap == nil, record.groupMap == nil,
      let split = (try? store.tarSplitPath(ofLayer: record.id)) ?? nil
    else { return nil }
    do {
      let folder = try openFile(store.driver.filesPath(record.id), [.readOnly, .directory])
      let data = try openFile(split, [.readOnly])
      let sink = HashingSink(nil)
      let source = DescriptorSource(data.lent, subject: split)
      try sink.write(from: try TarSplitReplay(source, folder: folder.lent))
      let found = sink.digest().description
      return found == digest ? nil : "they give \(found) in place of \(digest)"
    } catch {
      return "\(error)"
    }
  }

  mutating func images() throws {
    let (own, damaged) = store.imageRecords.all()
    note(damaged, StoreFinding.Object.image)
    for found in own { image(found.record, isReadOnly: false) }
    for other in store.readOnlyStores {
      try other.images.refresh()
      let (records, damaged) = other.images.all()
      note(damaged, StoreFinding.Object.image, isReadOnly: true)
      for found in records { image(found.record, isReadOnly: true) }
    }
  }

  private mutating func image(_ record: ImageRecord, isReadOnly: Bool) {
    knownImages.append(record)
    for item in record.stored().data {
      guard let contents = try? store.data(item.name, ofImage: record.id) else {
        note(.image(record.id), .dataMissing(item.name), isReadOnly: isReadOnly)
        continue
      }
      let isChanged =
        item.size.map { $0 != contents.count } ?? false
        || item.digest.map { $0 != SHA256.value(of: contents).description } ?? false
      if isChanged { note(.image(record.id), .dataChanged(item.name), isReadOnly: isReadOnly) }
    }
    var next = record.topLayer
    var seen: Set<String> = []
    while let id = next, seen.insert(id).inserted {
      guard let layer = knownLayers[id] else {
        return note(.image(record.id), .layerMissing(id), isReadOnly: isReadOnly)
      }
      if damagedLayers.contains(id) {
        return note(.image(record.id), .layerDamaged(id), isReadOnly: isReadOnly)
      }
      next = layer.parent
    }
  }

  mutating func containers() throws {
    let (own, damaged) = store.containerRecords.all()
    note(damaged, StoreFinding.Object.container)
    for found in own {
      let record = found.record
      knownContainers.append(record)
      if knownLayers[record.layer] == nil {
        note(.container(record.id), .layerMissing(record.layer))
      } else if damagedLayers.contains(record.layer) {
        note(.container(record.id), .layerDamaged(record.layer))
      }
      if !record.image.isEmpty, !knownImages.contains(where: { $0.id == record.image }) {
        note(.container(record.id), .imageMissing(record.image))
      }
    }
  }

  mutating func unneededLayers() throws {
    var needed: Set<String> = []
    let tops =
      knownImages.flatMap { [$0.topLayer].compactMap { $0 } + ($0.mappedTopLayers ?? []) }
      + knownContainers.map(\.layer)
    for top in tops {
      var next: String? = top
      while let id = next, needed.insert(id).inserted { next = knownLayers[id]?.parent }
    }
    let now = Timestamp.now().seconds
    for found in store.layerRecords.all().found
    where !needed.contains(found.record.id) && !found.record.isIncomplete {
      let folder = "\(store.driver.home)/\(store.driver.folderName(found.record.id))"
      guard let opened = try? openFile(folder, [.path]) else { continue }
      let made = (try? opened.lent.status(subject: folder).modified.seconds) ?? 0
      if now - made >= age { note(.layer(found.record.id), .unneeded) }
    }
  }

  /// Folders and files that no record names.
  mutating func strays() throws {
    let own = Set(store.layerRecords.all().found.map(\.record.id))
    let layerHome = "\(store.driver.home)/\(store.driver.folderName(""))"
    let images = Set(knownImages.map(\.id))
    let containers = Set(knownContainers.map(\.id))
    let places: [(folder: String, suffix: String, known: Set<String>)] = [
      (layerHome, "", own), (store.layerRecords.folder, ".tar-split.gz", own),
      (store.imageRecords.folder, "", images), (store.containerRecords.folder, "", containers),
      ("\(store.options.runRoot)/\(store.driverName)-containers", "", containers),
    ]
    // A damaged record may be the one that names it.
    let isUncertain = findings.contains { finding in
      if case .unreadable = finding.problem { return !finding.isReadOnly }
      return false
    }
    if isUncertain { return }
    for place in places {
      guard let folder = try? openFile(place.folder, [.readOnly, .directory]) else { continue }
      for name in try folder.lent.entryNames().sorted() where name.hasSuffix(place.suffix) {
        let id = String(name.dropLast(place.suffix.count))
        guard isObjectID(id), !place.known.contains(id) else { continue }
        note(.path("\(place.folder)/\(name)".replacingDoubleSlash), .unrecorded)
      }
    }
  }
}

extension String {
  /// A path whose folder ended with a slash.
  fileprivate var replacingDoubleSlash: String {
    pathComponents.reduce("") { "\($0)/\($1)" }
  }
}
