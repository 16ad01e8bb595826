import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Which namespaces the container gets new, which it joins, and by which way its first process
/// comes into all of them.
struct NamespacePlan {
  /// One that exists, held open from before the first process is made.
  struct Joined {
    let kind: Namespaces
    let path: String
    let descriptor: SharedDescriptor
  }

  /// Those made for the container.
  private(set) var new: Namespaces = []
  private(set) var joined: [Joined] = []

  /// Opens every namespace that is given by path, and checks that it is of the named kind.
  init(_ namespaces: [Spec.Linux.Namespace]) throws {
    for (index, namespace) in namespaces.enumerated() {
      let kind = Namespaces(namespace.type)
      guard let path = namespace.path, !path.isEmpty else {
        new.insert(kind)
        continue
      }
      let field = "linux.namespaces[\(index)].path"
      do {
        let descriptor = try openFile(path, [.readOnly])
        guard try descriptor.lent.namespaceKind() == kind else {
          throw RuntimeError.invalid(
            field: field, reason: "\(path) is not a \(namespace.type.rawValue) namespace")
        }
        joined.append(Joined(kind: kind, path: path, descriptor: SharedDescriptor(descriptor)))
      } catch let error as SystemError {
        throw RuntimeError.invalid(field: field, reason: "\(error)")
      }
    }
  }

  func isNew(_ kind: Namespaces) -> Bool { new.contains(kind) }
  var hasUserNamespace: Bool { isNew(.user) || joins(.user) }
  func joins(_ kind: Namespaces) -> Bool { joined.contains { $0.kind == kind } }

  /// Whether a process in between is needed, which joins and then makes the first process.
  ///
  /// One process cannot enter a pid or time namespace itself, only its children are born there; and
  /// namespaces that belong to others must be joined before a new user namespace takes away the right
  /// to. In all other cases the first process is made directly, and joins what is left to join itself.
  func needsIntermediate(withTimeOffsets: Bool) -> Bool {
    joins(.pid) || joins(.user) || joins(.time) || (isNew(.time) && withTimeOffsets)
      || (isNew(.user) && !joined.isEmpty)
  }

  /// What the first process is born in. A cgroup namespace shows the cgroup that its maker is in, so
  /// it is made later, once the process has joined its own.
  /// The message queues of an ipc namespace belong to the user who makes it, so with a new user
  /// namespace it is made by that one's root, who is nobody before the ids are mapped.
  var atBirth: Namespaces { new.subtracting(.cgroup).subtracting(afterMapping) }

  /// What the first process makes once it is root in its new user namespace.
  var afterMapping: Namespaces { isNew(.user) ? new.intersection(.ipc) : [] }

  /// Joins every existing namespace, the user namespace in the middle.
  ///
  /// A namespace that belongs to our user namespace must be joined before leaving it; one that
  /// belongs to the container's can only be joined after entering it. Which is which the kernel
  /// knows: those that fail at first are tried again.
  func joinAll() throws {
    var later: [Joined] = []
    for namespace in joined where namespace.kind != .user {
      do {
        try Namespaces.join(namespace.descriptor.lent, namespace.kind)
      } catch where error.errno == .notPermitted && joins(.user) {
        later.append(namespace)
      } catch {
        throw SystemError("setns", namespace.path, error.errno)
      }
    }
    for user in joined where user.kind == .user {
      do {
        try Namespaces.join(user.descriptor.lent, .user)
      } catch {
        throw SystemError("setns", user.path, error.errno)
      }
      try CurrentProcess.becomeRoot()
    }
    for namespace in later {
      do {
        try Namespaces.join(namespace.descriptor.lent, namespace.kind)
      } catch {
        throw SystemError("setns", namespace.path, error.errno)
      }
    }
  }
}

extension Namespaces {
  init(_ kind: Spec.Linux.Namespace.Kind) {
    switch kind {
    case .pid: self = .pid
    case .network: self = .network
    case .mount: self = .mount
    case .ipc: self = .ipc
    case .uts: self = .uts
    case .user: self = .user
    case .cgroup: self = .cgroup
    case .time: self = .time
    }
  }
}
