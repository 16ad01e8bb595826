import CommandLine

/// The commands of the area network.
enum NetworkCommands {
  /// Those below `podman network`.
  static var below: [PodmanCommand] {
    [
      NetworkConnect.command, NetworkCreate.command, NetworkDisconnect.command,
      NetworkExists.command, NetworkInspect.command, NetworkList.command, NetworkPrune.command,
      NetworkReload.command, NetworkRemove.command, NetworkUpdate.command,
    ]
  }
}
