/// The log of what happened to containers, images, volumes and networks.
public struct Events {
  let engine: ContainerEngine
}
