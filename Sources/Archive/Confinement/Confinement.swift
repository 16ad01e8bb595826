internal import Glibc
public import LinuxSystem
public import SystemPackage

/// What a child that meets others' bytes is left with: a folder as its root, the descriptors that it works
/// with, the capabilities that its work needs, and namespaces of its own where they may be made.
public struct Confinement {
  /// The folder that becomes the root, lent; nil for one in which there is nothing.
  public var root: FileDescriptor?
  /// The descriptors that stay open, lent.
  public var descriptors: [FileDescriptor]
  /// By their names, `CAP_CHOWN`.
  public var capabilities: [String]

  public init(root: FileDescriptor?, descriptors: [FileDescriptor], capabilities: [String]) {
    self.root = root
    self.descriptors = descriptors
    self.capabilities = capabilities
  }

  /// Makes a child with mount, network, IPC and UTS namespaces of its own. Where these may not be made,
  /// as in a container without privileges, its new root and lack of capabilities have to do.
  public static func clone() throws(SystemError) -> Clone {
    var options = CloneOptions()
    options.namespaces = [.mount, .network, .ipc, .uts]
    do throws(SystemError) { return try Clone.clone(options) } catch { return try Clone.clone() }
  }

  /// Confines this process, which is such a child, for good.
  public func enter() throws(SystemError) {
    try CurrentProcess.setParentDeathSignal(.kill)
    Signal.resetAll()
    _ = CurrentProcess.setFileCreationMask(0)
    try closeOthers()
    if let root {
      try CurrentProcess.changeDirectory(to: root)
    } else {
      // It shows this process's own descriptors, and nothing once it has ended.
      try CurrentProcess.changeDirectory(to: "/proc/self/fdinfo")
    }
    try changeRoot(".")
    try dropCapabilities()
  }

  /// Closes what is not named, and puts /dev/null in the place of standard descriptors that are not.
  private func closeOthers() throws(SystemError) {
    var kept = Set(descriptors.map(\.rawValue))
    if let root { kept.insert(root.rawValue) }
    let null = try openFile("/dev/null", [.readWrite]).release()
    for number in CInt(0)...2 where !kept.contains(number) && number != null.rawValue {
      try null.install(as: number)
    }
    var next: CInt = 3
    for number in kept.sorted() where number >= next {
      if number > next { try DescriptorTable.close(next...(number - 1)) }
      next = number + 1
    }
    try DescriptorTable.closeAll(from: next)
  }

  private func dropCapabilities() throws(SystemError) {
    var wanted: Capabilities = []
    for name in capabilities {
      if let capability = Capabilities(name: name) { wanted.insert(capability) }
    }
    let current = try ThreadCapabilities.current()
    try CurrentProcess.setNoNewPrivileges()
    try Capabilities.clearAmbient()
    let kept = current.permitted.intersection(wanted)
    try ThreadCapabilities(effective: kept, permitted: kept, inheritable: []).install()
  }
}
