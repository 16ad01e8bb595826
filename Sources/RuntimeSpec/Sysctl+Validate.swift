import JSON

/// Checks that a kernel parameter is one that a namespace of the container has for its own.
///
/// Everything else in /proc/sys belongs to the whole machine. The name becomes a path there, so it
/// may hold nothing that a path or another program's parser would read differently.
///
/// - Parameter namespaces: the kinds of namespaces that the container does not share. Whether a
///   network namespace to join is the host's, only the machine can tell.
func validateSysctl(
  _ name: String, _ value: String, namespaces: Set<Spec.Linux.Namespace.Kind>
) throws(SpecProblem) {
  let field = "linux.sysctl[\(quoted(name))]"
  try refuseTricks(name, field)
  if value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
    || value.utf8.contains(UInt8(ascii: "+")) || value.utf8.contains(UInt8(ascii: "="))
  {
    throw SpecProblem(field, "the value holds '+', '=' or a control character, take it out")
  }
  let dotted = dottedSysctl(name)
  let ipc = [
    "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall",
    "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
  ]
  if ipc.contains(dotted) || dotted.hasPrefix("fs.mqueue.") {
    try require(.ipc, namespaces, field)
  } else if dotted.hasPrefix("net.") {
    try require(.network, namespaces, field)
  } else if dotted.hasPrefix("user.") {
    try require(.user, namespaces, field)
  } else if dotted == "kernel.domainname" {
    try require(.uts, namespaces, field)
  } else if dotted == "kernel.hostname" {
    throw SpecProblem(field, "has a field of its own, set hostname instead")
  } else {
    throw SpecProblem(field, "belongs to the whole machine and no namespace, remove it")
  }
}

/// The name with dots between its parts. As sysctl(8) has it: when the first separator is a slash,
/// slashes separate the parts, and a dot in a part is written as a slash.
public func dottedSysctl(_ name: String) -> String {
  guard let first = name.utf8.first(where: { $0 == 0x2E || $0 == 0x2F }), first == 0x2F else {
    return name
  }
  return String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
}

private func require(
  _ kind: Spec.Linux.Namespace.Kind, _ namespaces: Set<Spec.Linux.Namespace.Kind>, _ field: String
) throws(SpecProblem) {
  if !namespaces.contains(kind) {
    throw SpecProblem(
      field, "would change the host, add a namespace of type \(kind.rawValue)")
  }
}

private func refuseTricks(_ name: String, _ field: String) throws(SpecProblem) {
  let isPlain = name.utf8.allSatisfy { byte in
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "+") && byte != UInt8(ascii: "=")
  }
  guard isPlain else {
    throw SpecProblem(field, "the name holds '+', '=', a space or the like, take it out")
  }
  // A part that is empty, as in `net..x` and `/net`, could climb out of /proc/sys.
  let parts = dottedSysctl(name).split(separator: ".", omittingEmptySubsequences: false)
  let isPath = parts.allSatisfy { part in
    !part.isEmpty
      && part.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
  }
  guard isPath else {
    throw SpecProblem(field, "the name has an empty part, write it in the form net.core.somaxconn")
  }
}
