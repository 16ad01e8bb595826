import TOML

/// The tables of one storage.conf, taken over into options that earlier files began.
struct StorageTables {
  let path: String
  let expand: (String) -> String

  mutating func read(
    _ document: TOMLTable, into options: inout StoreOptions, isRootless: Bool
  ) throws {
    guard let storage = try table(document, "storage", in: "") else { return }
    if let driver = try string(storage, "driver", in: "storage") { options.driver = driver }
    if let list = try strings(storage, "driver_priority", in: "storage") {
      options.driverPriority = list
    }
    if let place = try string(storage, "runroot", in: "storage") { options.runRoot = expand(place) }
    if isRootless, let place = try string(storage, "rootless_storage_path", in: "storage") {
      options.graphRoot = expand(place)
    }
    if let place = try string(storage, "graphroot", in: "storage") {
      options.graphRoot = expand(place)
    }
    if let place = try string(storage, "imagestore", in: "storage") {
      options.imageStore = expand(place)
    }
    if let value = try boolean(storage, "transient_store", in: "storage") {
      options.isTransient = value
    }
    guard let general = try table(storage, "options", in: "storage") else { return }
    try readOptions(general, into: &options)
  }

  private func readOptions(_ general: TOMLTable, into options: inout StoreOptions) throws {
    let place = "storage.options"
    if let list = try strings(general, "additionalimagestores", in: place) {
      options.additionalImageStores = list.map(expand)
    }
    if let value = try string(general, "imagestore", in: place) {
      options.imageStore = expand(value)
    }
    if let user = try string(general, "root-auto-userns-user", in: place) {
      options.autoUserNamespaceUser = user
    }
    let least = try number(general, "auto-userns-min-size", in: place)
    let most = try number(general, "auto-userns-max-size", in: place)
    let lower = least ?? options.autoUserNamespaceSizes.lowerBound
    let upper = most ?? max(lower, options.autoUserNamespaceSizes.upperBound)
    guard lower <= upper else {
      throw ConfigurationError.field(
        path: path, name: place + ".auto-userns-min-size",
        expected: "at most auto-userns-max-size")
    }
    options.autoUserNamespaceSizes = lower...upper
    if let value = try boolean(general, "disable-volatile", in: place) {
      options.disablesVolatile = value
    }
    if let table = try table(general, "pull_options", in: place) {
      for (key, value) in table {
        options.pullOptions[key] = try string([key: value], key, in: place + ".pull_options")
      }
    }
    try refuseWhatIsUnsupported(general, options)
    // The general ones first: a driver's own override them.
    for (name, value) in general.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "size", "mount_program", "skip_mount_home", "ignore_chown_errors", "mountopt",
        "metacopy", "inodes", "force_mask", "use_composefs":
        try apply("", name, value, to: &options)
      default: break
      }
    }
    for driver in ["overlay", "vfs"] {
      guard let own = try table(general, driver, in: place) else { continue }
      for (name, value) in own.sorted(by: { $0.key < $1.key }) {
        try apply(driver, name, value, to: &options)
      }
    }
  }

  /// Names what asks for files other than they would be without it. What is only meant to make things
  /// faster is passed over.
  private func refuseWhatIsUnsupported(
    _ general: TOMLTable, _ options: StoreOptions
  ) throws {
    let place = "storage.options"
    if let stores = try strings(general, "additionallayerstores", in: place), !stores.isEmpty {
      throw StoreOptionError.unsupported(
        "additionallayerstores in \(path)",
        reason: "layers come from registries and from additionalimagestores alone")
    }
    for name in ["remap-uids", "remap-gids", "remap-user", "remap-group"]
    where try string(general, name, in: place) != nil {
      throw StoreOptionError.unsupported(
        "\(name) in \(path)",
        reason: "containers get mappings of their own with --userns, --uidmap and --gidmap")
    }
    if options.pullOptions["convert_images"] == "true" {
      throw StoreOptionError.unsupported(
        "pull_options.convert_images in \(path)", reason: "layers are stored as they come")
    }
  }

  /// A driver's option, as it would stand on the command line. An unknown one is passed over: the
  /// file is shared with engines of other versions.
  private func apply(
    _ driver: String, _ name: String, _ value: TOMLValue, to options: inout StoreOptions
  ) throws {
    let text: String
    switch value {
    case .string(let string): text = string
    case .boolean(let flag): text = "\(flag)"
    case .integer(let number): text = "\(number)"
    default:
      throw ConfigurationError.field(
        path: path, name: "storage.options.\(driver).\(name)", expected: "a string")
    }
    let prefix = driver.isEmpty ? "" : "\(driver)."
    do {
      try options.apply(driverOption: "\(prefix)\(name)=\(text)")
    } catch StoreOptionError.unknown {
    } catch StoreOptionError.value(_, let expected) {
      throw ConfigurationError.field(
        path: path, name: "storage.options.\(prefix)\(name)", expected: expected)
    }
  }

  // MARK: Values

  private func table(
    _ tables: TOMLTable, _ name: String, in place: String
  ) throws(ConfigurationError) -> TOMLTable? {
    switch tables[name] {
    case nil: return nil
    case .table(let table): return table
    default: throw field(name, in: place, "a table")
    }
  }

  private func string(
    _ table: TOMLTable, _ name: String, in place: String
  ) throws(ConfigurationError) -> String? {
    switch table[name] {
    case nil: return nil
    case .string(let value): return value.isEmpty ? nil : value
    default: throw field(name, in: place, "a string")
    }
  }

  private func strings(
    _ table: TOMLTable, _ name: String, in place: String
  ) throws(ConfigurationError) -> [String]? {
    guard let value = table[name] else { return nil }
    var merge = StringArrayMerge([])
    guard merge.take(value) else { throw field(name, in: place, "an array of strings") }
    return merge.strings.filter { !$0.isEmpty }
  }

  private func boolean(
    _ table: TOMLTable, _ name: String, in place: String
  ) throws(ConfigurationError) -> Bool? {
    switch table[name] {
    case nil: return nil
    case .boolean(let value): return value
    case .string("true"): return true
    case .string("false"): return false
    default: throw field(name, in: place, "true or false")
    }
  }

  private func number(
    _ table: TOMLTable, _ name: String, in place: String
  ) throws(ConfigurationError) -> UInt32? {
    switch table[name] {
    case nil: return nil
    case .integer(let value):
      if let number = UInt32(exactly: value) { return number == 0 ? nil : number }
      fallthrough
    default: throw field(name, in: place, "a number")
    }
  }

  private func field(_ name: String, in place: String, _ expected: String) -> ConfigurationError {
    .field(path: path, name: place.isEmpty ? name : "\(place).\(name)", expected: expected)
  }
}
