import LinuxSystem
import RuntimeSpec
import Seccomp
import SystemPackage

/// The last part of the way of every process of a container, the first one's as `exec`'s: from root
/// in the container's namespaces to `execve` as the user, and with the rights, that the
/// configuration names.
struct ContainerProcess {
  private let process: Spec.Process
  private let linux: Spec.Linux
  private let seccomp: SeccompFilter?
  private let inherited: InheritedDescriptors
  private let log: RuntimeLog

  init(
    _ process: Spec.Process, linux: Spec.Linux, seccomp: SeccompFilter?,
    inherited: InheritedDescriptors, log: RuntimeLog
  ) {
    self.process = process
    self.linux = linux
    self.seccomp = seccomp
    self.inherited = inherited
    self.log = log
  }

  /// What is left to do once the process is the user's: only `execve` and what must be next to it.
  struct Ready {
    let path: String
    let environment: [String]
    let capabilities: ProcessCapabilities
  }

  /// Takes on all attributes of the process but its final capabilities and its filter.
  ///
  /// The order matters. Labels are written while /proc can still be written. Scheduling may need
  /// CAP_SYS_NICE. The bounding set needs CAP_SETPCAP, so it shrinks before the user changes. The
  /// program is looked for as the user, so that what he may not run is an error now and not at
  /// `start`. Without no_new_privs a filter needs CAP_SYS_ADMIN: the permitted set stays whole
  /// until the filter is in place, and a filter that holds calls back sees no more of ours than it
  /// must.
  func prepare(_ channel: SyncChannel) throws -> Ready {
    if process.noNewPrivileges ?? false { try CurrentProcess.setNoNewPrivileges() }
    try ProcessScheduling(process, linux).apply()
    try SecurityLabels(process).apply()
    let capabilities = ProcessCapabilities(process.capabilities, log)
    let directory = try WorkingDirectory(process.cwd).enterIfAllowed()
    let identity = ProcessIdentity(process.user)
    let environment = try Environment.make(process.env ?? [], user: process.user.uid)
    try capabilities.dropBounding()
    try identity.assume()
    try directory.enterAndVerify()
    try capabilities.raiseForFilter(isNeeded: seccomp != nil)
    let path = try Executable.find(process.args?.first ?? "", environment)
    if let seccomp, seccomp.notifies { try loadWithListener(seccomp, channel) }
    return Ready(path: path, environment: environment, capabilities: capabilities)
  }

  /// A listener must be handed over while the runtime is there to take it.
  private func loadWithListener(_ filter: SeccompFilter, _ channel: SyncChannel) throws {
    guard let listener = try filter.load() else {
      return
    }
    try channel.send(.listener(listener.number))
    try channel.await(.listenerTaken)
  }

  /// Becomes the program. Returns only by throwing.
  ///
  /// - Parameter channel: stays open until then, to report that `execve` failed.
  func execute(_ ready: Ready, keeping channel: SyncChannel) throws -> Never {
    let arguments = ArgumentVector(process.args ?? [])
    let environment = ArgumentVector(inherited.environment(ready.environment))
    // A descriptor that came in from the caller could name a program outside of the container.
    try inherited.closeOthers(keeping: channel.lent)
    // With no_new_privs a filter needs no right, and then it should see as few calls as it can:
    // it may forbid those that change capabilities.
    let hasNoNewPrivileges = process.noNewPrivileges ?? false
    if hasNoNewPrivileges { try ready.capabilities.apply() }
    if let seccomp, !seccomp.notifies {
      try step("loading the seccomp filter") { _ = try seccomp.load() }
    }
    if !hasNoNewPrivileges { try ready.capabilities.apply() }
    try Executable.run(ready.path, arguments, environment)
  }
}
