extension NetworkService {
  func cniNetworks() throws(NetworkError) -> (networks: [Network], broken: [NetworkError]) {
    ([], [])
  }

  func createCNI(_ request: NewNetworkRequest) throws(NetworkError) -> Network {
    throw .noFreeSubnet
  }

  func removeCNI(_ network: Network) throws(NetworkError) {}

  func setUpCNI(_ container: ContainerNetworks) throws(NetworkError) -> NetworkSetup {
    throw .noFreeSubnet
  }

  func tearDownCNI(_ state: ContainerState) throws(NetworkError) {}
}
