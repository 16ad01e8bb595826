import CommandLine
import Engine

extension ContainerOptions {
  static var security: [Option] {
    [
      Option("cap-add", .list(), "Add capabilities to the container"),
      Option("cap-drop", .list(), "Drop capabilities from the container"),
      Option("privileged", "Give extended privileges to container"),
      Option("read-only", "Make containers root filesystem read-only"),
      Option(
        "read-only-tmpfs", .flag(default: true),
        "When running --read-only containers mount read-write tmpfs on /dev, /dev/shm, /run, /tmp and /var/tmp"
      ),
      Option(
        "seccomp-policy", .string(default: "default"),
        "Policy for selecting a seccomp profile (experimental)"),
      Option("security-opt", .array(), "Security Options"),
    ]
  }

  func applySecurity(_ request: inout ContainerRequest) throws {
    var security = request.security
    security.addedCapabilities = options.list("cap-add")
    security.droppedCapabilities = options.list("cap-drop")
    security.isPrivileged = flag("privileged")
    security.isReadOnly = flag("read-only")
    security.hasWritableTemporaries = flag("read-only-tmpfs")
    security.seccompPolicy = options.given("seccomp-policy")
    for option in options.list("security-opt") { try take(option, &security) }
    request.security = security
  }

  private func take(_ option: String, _ security: inout SecurityRequest) throws {
    if option == "no-new-privileges" {
      security.hasNoNewPrivileges = true
      return
    }
    // Docker's older spelling has a colon.
    guard let separator = option.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
      throw EngineError.invalid(
        option: "--security-opt", value: option, reason: "it has to be name=value")
    }
    let value = String(option[option.index(after: separator)...])
    switch option[..<separator] {
    case "no-new-privileges": security.hasNoNewPrivileges = value != "false"
    case "seccomp":
      security.seccompProfile =
        value == "unconfined" || value.isEmpty || value == "default" ? value : absolute(value)
    case "apparmor": security.apparmorProfile = value
    case "label":
      let names = ["disable", "nested", "user", "role", "type", "level", "filetype"]
      guard names.contains(String(value.split(separator: ":").first ?? "")) else {
        throw EngineError.invalid(
          option: "--security-opt", value: option,
          reason: "there are " + names.joined(separator: ", "))
      }
      security.labelOptions.append(value)
    case "mask": security.maskedPaths += value.split(separator: ":").map(String.init)
    case "unmask":
      security.unmaskedPaths += value.split(separator: ":").map {
        $0.uppercased() == "ALL" ? "ALL" : String($0)
      }
    case "proc-opts": security.procOptions = value.split(separator: ",").map(String.init)
    default:
      throw EngineError.invalid(
        option: "--security-opt", value: option,
        reason: "there are apparmor, label, mask, no-new-privileges, proc-opts, seccomp and unmask")
    }
  }
}
