import CommandLine
import Engine

/// Commands that this version answers with the reason why it does not do them.
enum ContainerRefusals {
  static let commands: [PodmanCommand] = [
    refusal(
      "checkpoint", "Checkpoint one or more containers",
      "the state of a running container cannot be saved by this version; "
        + "ocirun checkpoint does it for a single container of the runtime"),
    refusal(
      "restore", "Restore one or more containers from a checkpoint",
      "there are no saved states of containers in this version"),
    refusal(
      "runlabel", "Execute the command described by an image label",
      "an image does not decide what runs on the host; please look at the label with "
        + "podman image inspect and run what you trust"),
  ]

  private static func refusal(_ name: String, _ summary: String, _ reason: String) -> PodmanCommand
  {
    PodmanCommand(
      name, summary, usage: "CONTAINER [CONTAINER...]", arguments: .any, passesWordsThrough: true
    ) { _ in
      throw EngineError.unsupported("podman container \(name)", reason: reason)
    }
  }
}
