import CommandLine
import Engine

/// `podman container clone`.
enum ContainerClone {
  static let command = PodmanCommand(
    "clone", "Clone an existing container",
    details: "Creates a copy of an existing container.", usage: "CONTAINER NAME IMAGE",
    arguments: .between(1, 3), examples: ["container_name new_name image_name"],
    completion: .names("containers"),
    options: {
      ResourceOptions.declarations.filter {
        !["pids-limit", "device-read-iops", "device-write-iops"].contains($0.name)
      } + [
        Option("destroy", "Destroy the original container"),
        Option("force", "f", .flag(), "Force the existing container to be destroyed"),
        Option("name", .string(), "Assign a name to the container"),
        Option("pod", .string(), "Pod to run the new container in"),
        Option("run", "Run the new container"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    if options.flag("force"), !options.flag("destroy") {
      throw CommandFailure("cannot set --force without --destroy: invalid argument")
    }
    if let pod = options.given("pod") {
      throw EngineError.unsupported("--pod \(pod)", reason: "this version has no pods")
    }
    var clone = Containers.CloneOptions()
    clone.name = options.given("name") ?? (call.arguments.count > 1 ? call.arguments[1] : nil)
    clone.image = call.arguments.count > 2 ? call.arguments[2] : nil
    clone.limits = try ResourceOptions(options).limits()
    let containers = try call.engine.containers
    let original = try containers.find(call.arguments[0])
    let made = try containers.clone(original.id, clone)
    if options.flag("destroy") {
      try containers.remove(original.id, .init(isForced: options.flag("force")))
    }
    if options.flag("run") { try containers.start(made.id) }
    call.output.line(made.id)
    return 0
  }
}
