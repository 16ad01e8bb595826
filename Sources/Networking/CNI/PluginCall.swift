import JSON
import LinuxSystem
import SystemPackage

/// A call of a CNI plugin: its configuration on standard input, all else in the environment. See the
/// Container Network Interface specification, 2.
struct PluginCall {
  var command: String
  var containerID: String
  var namespace: String
  var interface: String
  var folders: [String]

  /// Runs a plugin; its result, or nil where it has none to say.
  func run(_ type: String, _ configuration: JSONTree) throws(NetworkError) -> JSONTree? {
    guard let program = folders.map({ "\($0)/\(type)" }).first(where: isExecutable) else {
      throw .missingProgram(name: "CNI plugin \(type)", package: "containernetworking-plugins")
    }
    let input: [UInt8]
    do throws(JSONError) {
      input = try JSONWriter().write(configuration)
    } catch {
      throw .json(error)
    }
    let environment = [
      "CNI_COMMAND=\(command)", "CNI_CONTAINERID=\(containerID)", "CNI_NETNS=\(namespace)",
      "CNI_IFNAME=\(interface)", "CNI_PATH=\(folders.joined(separator: ":"))",
      "CNI_ARGS=IgnoreUnknown=1", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    let result = try asNetworkError { () throws(SystemError) in
      try FinishedProgram(program, [], input: input, environment: environment)
    }
    let output = try? JSONReader().read(JSONTree.self, from: result.output)
    guard result.status == .exited(0) else {
      throw .cni(plugin: type, message: output?["msg"]?.string ?? result.errors)
    }
    return output
  }

  private func isExecutable(_ path: String) -> Bool { (try? checkExecutable(path)) != nil }
}
