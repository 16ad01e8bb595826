/// Where a store of images and containers stands and how it works: what storage.conf(5), the
/// environment and the options of the command line say together.
public struct StoreOptions: Equatable, Sendable {
  /// The storage driver: `overlay` or `vfs`; nil where nobody chose one.
  public var driver: String?
  /// Drivers to try in this order where none was chosen.
  public var driverPriority: [String] = []
  /// Where layers, images and containers stand.
  public var graphRoot: String
  /// What is lost with a reboot: mount counts and the like.
  public var runRoot: String
  /// A second place in which new images are put, apart from containers.
  public var imageStore: String?
  /// Read-only stores whose images are used as if they were in this one.
  public var additionalImageStores: [String] = []
  /// Whether containers are forgotten at a reboot.
  public var isTransient = false
  /// Whether containers may not be mounted with overlayfs's option `volatile`.
  public var disablesVolatile = false
  /// Whether the user is not root on the host; such a user's mounts live in a user namespace.
  public var isRootless: Bool
  /// What concerns the driver `overlay`.
  public var overlay = OverlayOptions()
  /// What concerns the driver `vfs`.
  public var vfs = VFSOptions()
  /// `root-auto-userns-user`: whose subordinate ids `--userns=auto` takes when root runs it.
  public var autoUserNamespaceUser: String?
  /// The least and the most ids that `--userns=auto` hands out.
  public var autoUserNamespaceSizes: ClosedRange<UInt32> = 1024...65536
  /// `[storage.options.pull_options]`, as they are.
  public var pullOptions: [String: String] = [:]
  /// The file that counted most, for `info`; nil where there is none.
  public var configurationFile: String?

  /// A store in these places with the defaults for all else.
  public init(graphRoot: String, runRoot: String, isRootless: Bool = false) {
    self.graphRoot = graphRoot
    self.runRoot = runRoot
    self.isRootless = isRootless
  }
}

/// `[storage.options.overlay]`.
public struct OverlayOptions: Equatable, Sendable {
  /// A program that mounts in the kernel's place, as `/usr/bin/fuse-overlayfs`.
  public var mountProgram: String?
  /// Options of each mount, as `nodev` or `metacopy=on`.
  public var mountOptions: [String] = []
  /// The most bytes and files of a container's layer: a project quota of XFS.
  public var size: UInt64?
  public var inodes: UInt64?
  /// Whether the driver's folder is left without the bind mount that keeps its mounts private.
  public var skipsMountOfHome = false
  /// Whether a file's owner is ignored where it cannot be set.
  public var ignoresOwnerErrors = false
  /// Whether the contents of new layers are written to the disk before they are recorded.
  public var syncsFileSystem = false

  public init() {}
}

/// `[storage.options.vfs]`.
public struct VFSOptions: Equatable, Sendable {
  /// Whether a file's owner is ignored where it cannot be set.
  public var ignoresOwnerErrors = false
  /// Whether the contents of new layers are written to the disk before they are recorded.
  public var syncsFileSystem = false

  public init() {}
}

/// What a storage option is that a store cannot take.
public enum StoreOptionError: Error, Equatable, Sendable {
  /// It is no `key=value`.
  case notAnAssignment(String)
  /// The driver has no such option.
  case unknown(String)
  /// Its value is not of the kind that it has to be.
  case value(String, expected: String)
  /// It asks for something that this store cannot do.
  case unsupported(String, reason: String)
}

extension StoreOptionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAnAssignment(let option): "storage option \(option) has to be key=value"
    case .unknown(let option): "storage option \(option) is unknown"
    case .value(let option, let expected):
      "storage option \(option): the value has to be \(expected)"
    case .unsupported(let option, let reason):
      "storage option \(option) is not supported: \(reason)"
    }
  }
}

extension StoreOptions {
  /// Takes one of `--storage-opt` or `STORAGE_OPTS`: `overlay.mount_program=/usr/bin/fuse-overlayfs`.
  ///
  /// An option without a driver's name is for whichever is used; one for a driver that there is not
  /// is passed over, as other engines do.
  public mutating func apply(driverOption: String) throws(StoreOptionError) {
    guard let equals = driverOption.firstIndex(of: "=") else {
      throw .notAnAssignment(driverOption)
    }
    var key = driverOption[..<equals].trimmed.lowercased()
    let value = driverOption[driverOption.index(after: equals)...].trimmed
    for prefix in ["overlay.", "overlay2.", "vfs.", ".", "btrfs.", "zfs.", "dm.", "aufs."]
    where key.hasPrefix(prefix) {
      let driver = prefix.dropLast()
      guard ["overlay", "overlay2", "vfs", ""].contains(driver) else { return }
      key = String(key.dropFirst(prefix.count))
      if driver == "vfs" { return try applyToVFS(key, value, driverOption) }
      break
    }
    try applyToOverlay(key, value, driverOption)
  }

  private mutating func applyToVFS(
    _ key: String, _ value: String, _ option: String
  ) throws(StoreOptionError) {
    switch key {
    case "imagestore", "additionalimagestore": additionalImageStores += commaSeparated(value)
    case "ignore_chown_errors": vfs.ignoresOwnerErrors = try boolean(value, option)
    case "sync": vfs.syncsFileSystem = try syncMode(value, option)
    case "mountopt": break
    default: throw .unknown(option)
    }
  }

  private mutating func applyToOverlay(
    _ key: String, _ value: String, _ option: String
  ) throws(StoreOptionError) {
    switch key {
    case "override_kernel_check": break
    case "use_composefs":
      if try boolean(value, option) {
        throw .unsupported(option, reason: "layers are plain folders; please remove it")
      }
    case "additionallayerstore":
      if !value.isEmpty {
        throw .unsupported(
          option, reason: "layers come from registries and from additionalimagestores alone")
      }
    case "mountopt": overlay.mountOptions = commaSeparated(value)
    case "metacopy":
      if try boolean(value == "on" ? "true" : value == "off" ? "false" : value, option) {
        overlay.mountOptions.append("metacopy=on")
      }
    case "size": overlay.size = try byteCount(value, option)
    case "inodes":
      guard let count = UInt64(value) else { throw .value(option, expected: "a number") }
      overlay.inodes = count
    case "imagestore", "additionalimagestore": additionalImageStores += commaSeparated(value)
    case "mount_program": overlay.mountProgram = value.isEmpty ? nil : value
    case "skip_mount_home": overlay.skipsMountOfHome = try boolean(value, option)
    case "ignore_chown_errors":
      overlay.ignoresOwnerErrors = try boolean(value, option)
      vfs.ignoresOwnerErrors = overlay.ignoresOwnerErrors
    case "force_mask":
      if !value.isEmpty {
        throw .unsupported(
          option, reason: "files keep the permissions that their image gives them; please remove it"
        )
      }
    case "sync":
      overlay.syncsFileSystem = try syncMode(value, option)
      vfs.syncsFileSystem = overlay.syncsFileSystem
    default: throw .unknown(option)
    }
  }
}

func commaSeparated(_ value: String) -> [String] {
  value.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
}

private func syncMode(_ value: String, _ option: String) throws(StoreOptionError) -> Bool {
  switch value {
  case "", "none": false
  case "filesystem": true
  default: throw .value(option, expected: "\"none\" or \"filesystem\"")
  }
}

private func boolean(_ value: String, _ option: String) throws(StoreOptionError) -> Bool {
  switch value.lowercased() {
  case "1", "t", "true": true
  case "0", "f", "false", "": false
  default: throw .value(option, expected: "true or false")
  }
}

/// A number of bytes with a unit of 1024: `10G`, `512m`, `100`.
private func byteCount(_ value: String, _ option: String) throws(StoreOptionError) -> UInt64? {
  if value.isEmpty { return nil }
  var digits = Substring(value.lowercased())
  if digits.hasSuffix("b") { digits.removeLast() }
  if digits.hasSuffix("i") { digits.removeLast() }
  var shift = 0
  if let unit = digits.last, let power = "kmgtp".firstIndex(of: unit) {
    digits.removeLast()
    shift = 10 * ("kmgtp".distance(from: "kmgtp".startIndex, to: power) + 1)
  }
  guard let number = UInt64(digits.trimmed),
    case let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << UInt64(shift)),
    !overflow
  else { throw .value(option, expected: "a size such as 10G") }
  return bytes
}

extension StringProtocol {
  /// The text without spaces and tabs at its ends.
  var trimmed: String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    guard let first = firstIndex(where: { !isBlank($0) }),
      let last = lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(self[first...last])
  }
}
