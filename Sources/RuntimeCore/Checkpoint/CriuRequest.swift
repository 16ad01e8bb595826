/// What CRIU is asked over its socket: `criu_req` of CRIU's images/rpc.proto.
struct CriuRequest {
  /// The kinds of requests and answers, `criu_req_type`.
  enum Kind: UInt64 {
    case dump = 1
    case restore = 2
    case preDump = 4
    case notify = 6
    case featureCheck = 9
    case version = 10
  }

  var kind: Kind
  var options: CriuOptions?
  /// Whether what CRIU told us about went well; only in the answer to a notification.
  var isNotifySuccess: Bool?
  /// Which features are asked about.
  var features: CriuFeatures?

  init(
    _ kind: Kind, options: CriuOptions? = nil, isNotifySuccess: Bool? = nil,
    features: CriuFeatures? = nil
  ) {
    self.kind = kind
    self.options = options
    self.isNotifySuccess = isNotifySuccess
    self.features = features
  }

  /// The request in protobuf's wire format.
  var encoded: [UInt8] {
    var writer = ProtobufWriter()
    writer.write(kind.rawValue, field: 1)
    if let options { writer.write(field: 2) { options.write(to: &$0) } }
    if let isNotifySuccess { writer.write(isNotifySuccess, field: 3) }
    if let features {
      writer.write(field: 5) {
        if features.contains(.memoryTracking) { $0.write(true, field: 1) }
        if features.contains(.lazyPages) { $0.write(true, field: 2) }
      }
    }
    return writer.bytes
  }
}

/// What CRIU and the kernel may or may not be able to do, `criu_features`.
struct CriuFeatures: OptionSet {
  let rawValue: Int

  static let memoryTracking = CriuFeatures(rawValue: 1)
  static let lazyPages = CriuFeatures(rawValue: 2)

  /// The names as CRIU's `check --feature` has them.
  var names: [String] {
    (contains(.memoryTracking) ? ["mem_dirty_track"] : [])
      + (contains(.lazyPages) ? ["uffd-noncoop"] : [])
  }
}

/// How to dump or restore: those fields of `criu_opts` that a runtime sets.
///
/// Fields that are `nil` are not sent, and CRIU takes its default.
struct CriuOptions {
  /// A mount that CRIU neither saves nor makes, but takes from outside.
  struct ExternalMount: Equatable {
    /// When dumping the mount point, when restoring the name that the dump gave it.
    var key: String
    /// When dumping the name under which it is remembered, when restoring the source.
    var value: String
  }

  /// A descriptor of the CRIU process that takes the place of a saved file.
  struct InheritedDescriptor: Equatable {
    /// The file: `pipe:[1234]`, or a name given when dumping.
    var key: String
    var number: Int32
  }

  /// A namespace that exists and is joined.
  struct JoinedNamespace: Equatable {
    var kind: String
    var path: String
  }

  struct CgroupRoot: Equatable {
    /// The controllers' name as /proc/PID/cgroup has it; empty for version 2.
    var controller: String
    var path: String
  }

  /// A descriptor of this process, which CRIU opens through /proc.
  var imagesDirectory: Int32
  var workDirectory: Int32?
  var logFile: String
  var root: String?
  var processID: Int32?
  var leaveRunning: Bool?
  var externalUnixSockets: Bool?
  var tcpEstablished: Bool?
  var tcpSkipInFlight: Bool?
  var shellJob: Bool?
  var fileLocks: Bool?
  var linkRemap: Bool?
  var evasiveDevices: Bool?
  var pageServer: CheckpointOptions.PageServer?
  var parentImage: String?
  var trackMemory: Bool?
  var autoDeduplication: Bool?
  var lazyPages: Bool?
  var restoreAsSibling: Bool?
  var externalMounts: [ExternalMount] = []
  var cgroupRoots: [CgroupRoot] = []
  var inheritedDescriptors: [InheritedDescriptor] = []
  var external: [String] = []
  var joinedNamespaces: [JoinedNamespace] = []
  /// The CLONE_NEW flags of namespaces that are made, but not filled.
  var emptyNamespaces: UInt32?
  var cgroupsMode: CriuChoices.CgroupsMode?
  var freezerCgroup: String?
  var orphanTerminalController: Bool?
  var configurationFile: String?
  var tcpClose: Bool?
  var lsmProfile: String?
  var lsmMountContext: String?

  /// The most detailed log that is still of use to a user, and a first place to look into for us.
  private static let logLevel: Int32 = 4

  init(imagesDirectory: Int32, logFile: String) {
    self.imagesDirectory = imagesDirectory
    self.logFile = logFile
  }

  func write(to writer: inout ProtobufWriter) {
    func optional(_ flag: Bool?, _ field: UInt64) {
      if let flag { writer.write(flag, field: field) }
    }
    func optional(_ number: Int32?, _ field: UInt64) {
      if let number { writer.write(number, field: field) }
    }
    func optional(_ text: String?, _ field: UInt64) {
      if let text { writer.write(text, field: field) }
    }
    writer.write(imagesDirectory, field: 1)
    optional(processID, 2)
    optional(leaveRunning, 3)
    optional(externalUnixSockets, 4)
    optional(tcpEstablished, 5)
    optional(evasiveDevices, 6)
    optional(shellJob, 7)
    optional(fileLocks, 8)
    writer.write(Self.logLevel, field: 9)
    writer.write(logFile, field: 10)
    if let pageServer {
      writer.write(field: 11) {
        $0.write(pageServer.address, field: 1)
        $0.write(Int32(pageServer.port), field: 2)
      }
    }
    writer.write(true, field: 12)  // We want to be told what happens.
    optional(root, 13)
    optional(parentImage, 14)
    optional(trackMemory, 15)
    optional(autoDeduplication, 16)
    optional(workDirectory, 17)
    optional(linkRemap, 18)
    for mount in externalMounts {
      writer.write(field: 23) {
        $0.write(mount.key, field: 1)
        $0.write(mount.value, field: 2)
      }
    }
    writer.write(true, field: 24)  // Obsoleted by the cgroups mode, but old versions look here.
    for root in cgroupRoots {
      writer.write(field: 25) {
        $0.write(root.controller, field: 1)
        $0.write(root.path, field: 2)
      }
    }
    optional(restoreAsSibling, 26)
    for descriptor in inheritedDescriptors {
      writer.write(field: 27) {
        $0.write(descriptor.key, field: 1)
        $0.write(descriptor.number, field: 2)
      }
    }
    if let cgroupsMode { writer.write(cgroupsMode.criuValue, field: 34) }
    for entry in external { writer.write(entry, field: 37) }
    if let emptyNamespaces { writer.write(UInt64(emptyNamespaces), field: 38) }
    for namespace in joinedNamespaces {
      writer.write(field: 39) {
        $0.write(namespace.kind, field: 1)
        $0.write(namespace.path, field: 2)
      }
    }
    optional(freezerCgroup, 44)
    optional(tcpSkipInFlight, 46)
    optional(lazyPages, 48)
    optional(orphanTerminalController, 50)
    optional(configurationFile, 51)
    optional(tcpClose, 52)
    optional(lsmProfile, 53)
    optional(lsmMountContext, 63)
  }
}

extension CriuChoices.CgroupsMode {
  /// The value of `criu_cg_mode`.
  fileprivate var criuValue: UInt64 {
    switch self {
    case .ignore: 0
    case .soft: 3
    case .full: 4
    case .strict: 5
    case .criuDefault: 6
    }
  }
}
