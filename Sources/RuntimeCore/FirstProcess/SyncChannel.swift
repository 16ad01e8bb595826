import LinuxSystem
import SystemPackage

/// What the runtime and the container's first process say to each other while it is set up.
///
///     runtime                                          first process
///     clone3 ───────────────────────────────────────▶ (waits)
///     writes uid_map and gid_map
///     mapped (only with a new user namespace) ──────▶ becomes root in it
///                                                      enters its cgroup
///     has systemd put it into its scope
///     joinedCgroup (only with systemd) ─────────────▶ new cgroup namespace, mounts
///     runs prestart and createRuntime  ◀────────────── mounted (only if there are such hooks)
///     hooksDone ────────────────────────────────────▶ createContainer hooks, pivot, console,
///                                                      masks, user, capabilities
///                                      ◀────────────── listener N (only with a seccomp listener)
///     takes descriptor N
///     listenerTaken ────────────────────────────────▶
///                                      ◀────────────── ready
///     writes state and pid file
///     proceed ──────────────────────────────────────▶ `run`: execve, which closes the channel
///                                                      `create`: closes it and waits at the FIFO
///
/// In the place of any message the first process may say `failed` with a sentence. The end of the
/// channel tells either that the other is gone: the first process then ends too.
enum SyncMessage: Equatable {
  case mapped
  case joinedCgroup
  case mounted
  case hooksDone
  case listener(CInt)
  case listenerTaken
  case ready
  case proceed
  case failed(String)

  fileprivate var bytes: [UInt8] {
    switch self {
    case .mapped: [1]
    case .joinedCgroup: [2]
    case .mounted: [3]
    case .hooksDone: [4]
    case .listener(let number): [5] + withUnsafeBytes(of: number) { Array($0) }
    case .listenerTaken: [6]
    case .ready: [7]
    case .proceed: [8]
    case .failed(let sentence): [9] + Array(sentence.utf8.prefix(SyncChannel.longest - 1))
    }
  }

  fileprivate init?(_ bytes: ArraySlice<UInt8>) {
    guard let kind = bytes.first else { return nil }
    let rest = bytes.dropFirst()
    switch kind {
    case 1: self = .mapped
    case 2: self = .joinedCgroup
    case 3: self = .mounted
    case 4: self = .hooksDone
    case 5:
      guard rest.count == MemoryLayout<CInt>.size else { return nil }
      self = .listener(rest.withUnsafeBytes { $0.loadUnaligned(as: CInt.self) })
    case 6: self = .listenerTaken
    case 7: self = .ready
    case 8: self = .proceed
    case 9: self = .failed(String(decoding: rest, as: UTF8.self))
    default: return nil
    }
  }
}

/// One end of the channel: a SOCK_SEQPACKET socket, so that a message comes whole or not at all.
///
/// It is read and written with read(2) and write(2) alone: a seccomp listener may hold sendmsg(2) back.
struct SyncChannel {
  static let longest = 4096

  private let descriptor: SharedDescriptor

  init(sharing descriptor: SharedDescriptor) { self.descriptor = descriptor }

  init(_ descriptor: consuming OwnedDescriptor) {
    self.init(sharing: SharedDescriptor(descriptor))
  }

  var lent: FileDescriptor { descriptor.lent }

  func send(_ message: SyncMessage) throws {
    try descriptor.lent.writeAll(message.bytes)
  }

  /// Receives the next message; `nil` when the other end is closed.
  func receive() throws -> SyncMessage? {
    let bytes = try descriptor.lent.readSome(limit: SyncChannel.longest)
    if bytes.isEmpty { return nil }
    guard let message = SyncMessage(bytes[...]) else {
      throw RuntimeError.processFailed("a message of an unknown kind came from the other process")
    }
    return message
  }

  /// Waits for one message, which is the only one that may come now.
  func await(_ expected: SyncMessage) throws {
    switch try receive() {
    case expected?: return
    case .failed(let sentence)?: throw RuntimeError.processFailed(sentence)
    case nil: throw RuntimeError.processFailed("the runtime is gone")
    case let other?:
      throw RuntimeError.processFailed("expected \(expected), received \(other)")
    }
  }
}
