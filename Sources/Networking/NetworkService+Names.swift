extension NetworkService {
  /// Makes a container's names known to the name servers of its networks.
  func addNames(_ state: ContainerState, _ steps: [AttachmentPlan.Step]) throws(NetworkError) {
  }

  func removeNames(_ containerID: String, networks: [String]) throws(NetworkError) {
  }

  /// Tells the name servers of networks what has changed in the networks themselves.
  func updateNames(ofNetworks names: [String]) throws(NetworkError) {
  }
}
