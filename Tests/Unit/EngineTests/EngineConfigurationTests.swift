import Engine
import Testing

@Suite struct EngineConfigurationTests {
  @Test func rootlessFoldersAreTheUsers() throws {
    let environment = [
      "_CONTAINERS_ROOTLESS_UID": "1001", "_CONTAINERS_ROOTLESS_GID": "1001",
      "HOME": "/home/somebody", "XDG_RUNTIME_DIR": "/run/user/1001",
    ]
    let configuration = try EngineConfiguration(EngineOptions(), environment: environment)
    #expect(configuration.folders.graphRoot == "/home/somebody/.local/share/containers/storage")
    #expect(configuration.folders.run == "/run/user/1001/containers/libpod")
  }
}
