import CommandLine
import Engine

extension ContainerOptions {
  static var storage: [Option] {
    [
      Option("chrootdirs", .array(), "Chroot directories inside the container"),
      Option(
        "image-volume", .string(), "Tells podman how to handle the builtin image volumes",
        value: "anonymous|tmpfs|ignore"),
      Option("mount", .array(), "Attach a filesystem mount to the container"),
      Option("secret", .array(), "Add secret to container", completion: .names("secrets")),
      Option("tmpfs", .array(), "Mount a temporary filesystem (`tmpfs`) into a container"),
      Option(
        "volume", "v", .array(), "Bind mount a volume into the container",
        completion: .names("volumes")),
      Option(
        "volumes-from", .array(), "Mount volumes from the specified container(s)",
        completion: .names("containers")),
    ]
  }

  func applyStorage(_ request: inout ContainerRequest) throws {
    for text in options.list("volume") {
      request.mounts.append(try ContainerMount(volume: text, in: folder))
    }
    for text in options.list("mount") {
      request.mounts.append(try ContainerMount(mount: text, in: folder))
    }
    for text in options.list("tmpfs") { request.mounts.append(try ContainerMount(tmpfs: text)) }
    request.volumesFrom = options.list("volumes-from")
    request.imageVolumes = options.given("image-volume")
    request.chrootFolders = options.list("chrootdirs")
    request.secrets = try options.list("secret").map(secret)
  }

  /// `NAME[,type=mount|env][,target=…][,uid=…][,gid=…][,mode=…]`.
  private func secret(_ text: String) throws -> ContainerSecret {
    var secret = ContainerSecret()
    for (index, field) in text.split(separator: ",").map(String.init).enumerated() {
      let pair = pairs([field])[0]
      func wrong(_ reason: String) -> EngineError {
        .invalid(option: "--secret", value: text, reason: reason)
      }
      switch pair.name {
      case _ where index == 0 && !field.contains("="): secret.source = field
      case "source", "src": secret.source = pair.value
      case "target": secret.target = pair.value
      case "type":
        guard pair.value == "mount" || pair.value == "env" else {
          throw wrong("the type has to be mount or env")
        }
        secret.isVariable = pair.value == "env"
      case "uid":
        guard let number = UInt32(pair.value) else { throw wrong("uid has to be a number") }
        secret.uid = number
      case "gid":
        guard let number = UInt32(pair.value) else { throw wrong("gid has to be a number") }
        secret.gid = number
      case "mode":
        guard let mode = UInt32(pair.value, radix: 8), mode <= 0o7777 else {
          throw wrong("mode has to be an octal number")
        }
        secret.mode = mode
      default: throw wrong("there is no option \(field)")
      }
    }
    guard !secret.source.isEmpty else {
      throw EngineError.invalid(option: "--secret", value: text, reason: "it needs a name")
    }
    return secret
  }
}
