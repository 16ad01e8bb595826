import Cgroups
import LinuxSystem

/// Whether a container's processes were killed for want of memory.
///
/// Watched from the start and not looked up at the end: systemd removes a scope with its last process.
final class OutOfMemoryWatch {
  private let loop: EventLoop
  private let cgroup: ContainerCgroup
  private var events: OutOfMemoryEvents?
  private var watch: EventLoop.Watch?
  private var hasHappened = false

  /// `nil` where memory is not counted.
  init?(of process: ProcessID, _ loop: EventLoop) {
    guard let layout = try? CgroupLayout.detect(),
      let cgroup = try? ContainerCgroup(of: process, layout: layout),
      // A container in the monitor's own cgroup has none of its own.
      let own = try? ContainerCgroup(of: CurrentProcess.id, layout: layout),
      cgroup.paths != own.paths
    else { return nil }
    self.loop = loop
    self.cgroup = cgroup
    events = try? cgroup.outOfMemoryEvents()
    guard let descriptor = events?.lent else { return }
    watch = try? loop.watch(descriptor, .readable) { [unowned self] _ in read() }
  }

  deinit { loop.end(watch) }

  private func read() {
    switch try? events?.read() {
    case .outOfMemory: hasHappened = true
    case .ended:
      loop.end(watch)
      watch = nil
    case nil: break
    }
  }

  /// Whether it has happened so far.
  var wasOutOfMemory: Bool {
    if watch != nil { read() }
    return hasHappened || ((try? cgroup.outOfMemoryKills()) ?? 0) > 0
  }
}
