/// What an engine keeps.
public enum ObjectKind: String, Sendable, CaseIterable {
  case container, pod, image, volume, network, secret
}
