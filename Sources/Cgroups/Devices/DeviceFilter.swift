import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// The device program of a v2 cgroup: loading it into the kernel and putting it in the place of what
/// was there (bpf(2), BPF_CGROUP_DEVICE).
struct DeviceFilter {
  private enum Command {
    static let load: UInt = 5
    static let attach: UInt = 8
    static let detach: UInt = 9
    static let descriptorByID: UInt = 13
    static let query: UInt = 16
  }

  private static let programType: UInt32 = 15  // BPF_PROG_TYPE_CGROUP_DEVICE
  private static let attachType: UInt32 = 6  // BPF_CGROUP_DEVICE
  private static let allowMultiple: UInt32 = 2  // BPF_F_ALLOW_MULTI
  private static let replace: UInt32 = 4  // BPF_F_REPLACE

  let program: [BPFInstruction]

  /// Attaches the program to the cgroup, in the place of every other that is attached to it.
  ///
  /// - Parameter isFresh: the cgroup was made just now, so that it has no program yet.
  func attach(to cgroup: FileDescriptor, isFresh: Bool) throws(SystemError) {
    let old = isFresh ? [] : try Self.attached(to: cgroup)
    let new = try load()
    if old.count == 1, let replaced = old.first {
      do throws(SystemError) {
        // One step: there is no moment with two programs or with none.
        let flags = Self.allowMultiple | Self.replace
        try Self.attach(new.lent, to: cgroup, flags: flags, replacing: replaced.lent)
        return
      } catch where error.errno == .invalidArgument {
        // Before Linux 5.6: attach, then detach.
      }
    }
    try Self.attach(new.lent, to: cgroup, flags: Self.allowMultiple, replacing: nil)
    for program in old {
      var attributes = Attributes()
      attributes.append(UInt32(bitPattern: cgroup.rawValue))
      attributes.append(UInt32(bitPattern: program.lent.rawValue))
      attributes.append(Self.attachType)
      try systemCall("bpf detach") { attributes.invoke(Command.detach) }
    }
  }

  /// Loads the program.
  func load() throws(SystemError) -> OwnedDescriptor {
    do throws(SystemError) {
      return try loadOnce()
    } catch where error.errno == .notPermitted {
      // Before Linux 5.11 programs counted as locked memory.
      var unlimited = rlimit(rlim_cur: rlim_t.max, rlim_max: rlim_t.max)
      guard setrlimit(__RLIMIT_MEMLOCK, &unlimited) == 0 else {
        throw error
      }
      return try loadOnce()
    }
  }

  private func loadOnce() throws(SystemError) -> OwnedDescriptor {
    // The kernel's own helpers are not used, so any licence will do.
    let licence: [CChar] = [65, 112, 97, 99, 104, 101, 0]  // "Apache"
    let number = try systemCall("bpf load") {
      program.withUnsafeBytes { instructions in
        licence.withUnsafeBytes { licence in
          var attributes = Attributes()
          attributes.append(Self.programType)
          attributes.append(UInt32(program.count))
          attributes.append(UInt64(UInt(bitPattern: instructions.baseAddress)))
          attributes.append(UInt64(UInt(bitPattern: licence.baseAddress)))
          return attributes.invoke(Command.load)
        }
      }
    }
    return OwnedDescriptor(owning: CInt(number))
  }

  private static func attach(
    _ program: FileDescriptor, to cgroup: FileDescriptor, flags: UInt32,
    replacing old: FileDescriptor?
  ) throws(SystemError) {
    var attributes = Attributes()
    attributes.append(UInt32(bitPattern: cgroup.rawValue))
    attributes.append(UInt32(bitPattern: program.rawValue))
    attributes.append(attachType)
    attributes.append(flags)
    if let old { attributes.append(UInt32(bitPattern: old.rawValue)) }
    try systemCall("bpf attach") { attributes.invoke(Command.attach) }
  }

  /// The device programs of a cgroup that this process may see. One that a security module hides is
  /// left out: it can only restrict further.
  static func attached(to cgroup: FileDescriptor) throws(SystemError) -> [SharedDescriptor] {
    // A cgroup holds at most 64 programs of a kind.
    var identifiers = [UInt32](repeating: 0, count: 64)
    var count: UInt32 = 0
    try systemCall("bpf query") {
      identifiers.withUnsafeMutableBytes { buffer in
        var attributes = Attributes()
        attributes.append(UInt32(bitPattern: cgroup.rawValue))
        attributes.append(attachType)
        attributes.append(UInt32(0))
        attributes.append(UInt32(0))
        attributes.append(UInt64(UInt(bitPattern: buffer.baseAddress)))
        attributes.append(UInt32(64))
        let result = attributes.invoke(Command.query)
        count = attributes.word(at: 24)
        return result
      }
    }
    var programs: [SharedDescriptor] = []
    for identifier in identifiers.prefix(Int(count)) {
      var attributes = Attributes()
      attributes.append(identifier)
      do throws(SystemError) {
        let number = try systemCall("bpf open program") {
          attributes.invoke(Command.descriptorByID)
        }
        programs.append(SharedDescriptor(OwnedDescriptor(owning: CInt(number))))
      } catch where error.isPermission || error.isAbsence {
        continue
      }
    }
    return programs
  }
}

/// `union bpf_attr`, filled from its start; the kernel takes what follows as zero.
private struct Attributes {
  private var bytes: [UInt8] = []

  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  func word(at offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Calls bpf(2), which writes its answers into the attributes.
  mutating func invoke(_ command: UInt) -> Int {
    while bytes.count % 8 != 0 { bytes.append(0) }
    let size = UInt(bytes.count)
    return bytes.withUnsafeMutableBytes {
      clinux_syscall(Int(SYS_bpf), command, UInt(bitPattern: $0.baseAddress), size, 0, 0, 0)
    }
  }
}
