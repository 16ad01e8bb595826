extension EngineError: CustomStringConvertible {
  /// A sentence without `Error:` and full stop.
  public var description: String {
    switch self {
    case .noSuch(.container, let name):
      "no container with name or ID \"\(name)\" found: no such container"
    case .noSuch(.volume, let name): "no volume with name \"\(name)\" found: no such volume"
    case .noSuch(.network, let name):
      "unable to find network with name or ID \(name): network not found"
    case .noSuch(.secret, let name): "no secret with name or id \"\(name)\": no such secret"
    case .noSuch(.image, let name): "\(name): image not known"
    case .noSuch(let kind, let name): "no \(kind.rawValue) with name or ID \"\(name)\" found"
    case .ambiguous(let kind, let name, let matches):
      "more than one \(kind.rawValue) begins with \"\(name)\": \(matches.joined(separator: ", ")); "
        + "please give more of the id"
    case .nameInUse(let kind, let name, let owner):
      "the \(kind.rawValue) name \"\(name)\" is already in use by \(owner). You have to remove that "
        + "\(kind.rawValue) to be able to reuse that name: that name is already in use, or use "
        + "--replace to instruct Podman to do so"
    case .exists(.volume, let name): "volume \(name) already exists: volume already exists"
    case .exists(let kind, let name): "\(kind.rawValue) \(name) already exists"
    case .wrongState(_, _, let reason): "\(reason): container state improper"
    case .inUse(.image, _, let users):
      "image used by \(users.joined(separator: ", ")): image is in use by a container: consider "
        + "listing external containers and force-removing image"
    case .inUse(let kind, let name, let users):
      "\(kind.rawValue) \(name) is being used by the following container(s): "
        + users.joined(separator: ", ")
    case .invalid(let option, let value, let reason): "\(option) \"\(value)\": \(reason)"
    case .conflict(let one, let other): "\(one) and \(other) cannot be used together"
    case .unsupported(let what, let reason): "\(what) cannot be used: \(reason)"
    case .program(let name, let status, let message):
      message.isEmpty ? "\(name) ended with status \(status)" : "\(name): \(message)"
    case .runtime(let message, _): message
    case .damaged(let path, let reason): "\(path) is damaged: \(reason)"
    case .nothingToDo(let reason): reason
    case .failed(let what, let reason): "\(what): \(reason)"
    case .several(let errors): errors.map { "\($0)" }.joined(separator: "\n")
    }
  }
}
