import LinuxSystem

/// The options of one mount, told apart (config.md, "Linux mount options"; mount(8)).
struct MountOptions: Equatable {
  /// A change of a mount's propagation, alone or with all mounts below it.
  struct Propagation: Equatable {
    var kind: MountPropagation
    var isRecursive: Bool
  }

  /// Whose owners an ID-mapped mount shows differently.
  enum IDMapped: Equatable {
    /// The mount, not those below it.
    case alone
    /// The mount and all below it.
    case withSubmounts
  }

  /// What is asked for by name, and not taken back by a later option.
  var flags: MountFlags = []
  /// What is asked to be off: `rw`, `suid`, `exec`…
  var clearedFlags: MountFlags = []
  /// Changes of the propagation, one after the other.
  var propagation: [Propagation] = []
  /// Attributes for the mount and all mounts below it: `rro`, `rnosuid`…
  var recursiveSet: MountAttributes = []
  var recursiveClear: MountAttributes = []
  var idMapped: IDMapped?
  /// Whether a tmpfs begins with what it covers.
  var copiesUp = false
  /// What is left for the file system itself, each `key`, or `key=value`.
  var data: [String] = []

  /// Takes options apart, a later one over an earlier. What no table knows is the file system's.
  init(_ options: [String] = []) {
    for option in options { add(option) }
  }

  var isBind: Bool { flags.contains(.bind) }
  var hasRecursiveAttributes: Bool { !recursiveSet.isEmpty || !recursiveClear.isEmpty }
  /// Whether any attribute of the mount itself is asked for, be it to be off.
  var changesAttributes: Bool {
    !flags.subtracting([.bind, .recursive, .remount]).isEmpty || !clearedFlags.isEmpty
  }

  private mutating func add(_ option: String) {
    if let flag = MountOptions.flags(option) {
      flags.formUnion(flag)
      clearedFlags.subtract(flag)
    } else if let flag = MountOptions.clearing(option) {
      flags.subtract(flag)
      clearedFlags.formUnion(flag)
    } else if let propagation = MountOptions.propagation(option) {
      self.propagation.append(propagation)
    } else if let (attribute, isSet) = MountOptions.recursiveAttribute(option) {
      addRecursive(attribute, isSet)
    } else {
      switch option {
      case "idmap": idMapped = .alone
      case "ridmap": idMapped = .withSubmounts
      case "tmpcopyup": copiesUp = true
      case "defaults", "": break
      default: data.append(option)
      }
    }
  }

  private mutating func addRecursive(_ attribute: MountAttributes, _ isSet: Bool) {
    // The access times are one field of three values, relatime none of its bits.
    let isAccessTime = MountAttributes.accessTimes.isSuperset(of: attribute)
    if isAccessTime {
      recursiveSet.subtract(.accessTimes)
      recursiveClear.formUnion(.accessTimes)
    }
    if isSet {
      recursiveSet.formUnion(attribute)
      if !isAccessTime { recursiveClear.subtract(attribute) }
    } else {
      recursiveSet.subtract(attribute)
      recursiveClear.formUnion(attribute)
    }
  }
}

// The tables. They are switches and not dictionaries: nothing is built at the start.
extension MountOptions {
  private static func flags(_ option: String) -> MountFlags? {
    switch option {
    case "bind": .bind
    case "rbind": [.bind, .recursive]
    case "remount": .remount
    case "ro": .readOnly
    case "nosuid": .noSetUserID
    case "nodev": .noDevices
    case "noexec": .noExecution
    case "sync": .synchronous
    case "dirsync": .synchronousDirectories
    case "mand": .mandatoryLocks
    case "silent": .silent
    case "iversion": .inodeVersion
    case "lazytime": .lazyTime
    case "noatime": .noAccessTime
    case "nodiratime": .noDirectoryAccessTime
    case "relatime": .relativeAccessTime
    case "strictatime": .strictAccessTime
    case "nosymfollow": .noLinks
    default: nil
    }
  }

  private static func clearing(_ option: String) -> MountFlags? {
    switch option {
    case "rw": .readOnly
    case "suid": .noSetUserID
    case "dev": .noDevices
    case "exec": .noExecution
    case "async": .synchronous
    case "nomand": .mandatoryLocks
    case "loud": .silent
    case "noiversion": .inodeVersion
    case "nolazytime": .lazyTime
    case "atime": .noAccessTime
    case "diratime": .noDirectoryAccessTime
    case "norelatime": .relativeAccessTime
    case "nostrictatime": .strictAccessTime
    case "symfollow": .noLinks
    default: nil
    }
  }

  static func propagation(_ option: String) -> Propagation? {
    switch option {
    case "shared": Propagation(kind: .shared, isRecursive: false)
    case "rshared": Propagation(kind: .shared, isRecursive: true)
    case "slave": Propagation(kind: .slave, isRecursive: false)
    case "rslave": Propagation(kind: .slave, isRecursive: true)
    case "private": Propagation(kind: .isPrivate, isRecursive: false)
    case "rprivate": Propagation(kind: .isPrivate, isRecursive: true)
    case "unbindable": Propagation(kind: .unbindable, isRecursive: false)
    case "runbindable": Propagation(kind: .unbindable, isRecursive: true)
    default: nil
    }
  }

  private static func recursiveAttribute(_ option: String) -> (MountAttributes, Bool)? {
    switch option {
    case "rro": (.readOnly, true)
    case "rrw": (.readOnly, false)
    case "rnosuid": (.noSetUserID, true)
    case "rsuid": (.noSetUserID, false)
    case "rnodev": (.noDevices, true)
    case "rdev": (.noDevices, false)
    case "rnoexec": (.noExecution, true)
    case "rexec": (.noExecution, false)
    case "rnodiratime": (.noDirectoryAccessTime, true)
    case "rdiratime": (.noDirectoryAccessTime, false)
    case "rrelatime": (.relativeAccessTime, true)
    case "rnorelatime": (.relativeAccessTime, false)
    case "rnoatime": (.noAccessTime, true)
    case "ratime": (.noAccessTime, false)
    case "rstrictatime": (.strictAccessTime, true)
    case "rnostrictatime": (.strictAccessTime, false)
    case "rnosymfollow": (.noLinks, true)
    case "rsymfollow": (.noLinks, false)
    default: nil
    }
  }

  /// Every option that has a meaning of its own, in the order of the alphabet, for `features`.
  static let known = [
    "async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec", "idmap", "iversion",
    "lazytime", "loud", "mand", "noatime", "nodev", "nodiratime", "noexec", "noiversion",
    "nolazytime", "nomand", "norelatime", "nostrictatime", "nosuid", "nosymfollow", "private",
    "ratime", "rbind", "rdev", "rdiratime", "relatime", "remount", "rexec", "ridmap", "rnoatime",
    "rnodev", "rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime", "rnosuid",
    "rnosymfollow", "ro", "rprivate", "rrelatime", "rro", "rrw", "rshared", "rslave",
    "rstrictatime", "rsuid", "rsymfollow", "runbindable", "rw", "shared", "silent", "slave",
    "strictatime", "suid", "symfollow", "sync", "tmpcopyup", "unbindable",
  ]
}
