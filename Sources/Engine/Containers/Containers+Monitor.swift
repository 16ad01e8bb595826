import HelperProtocols
import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

extension Containers {
  /// Connects to a container's monitor and asks it for something; throws what it answers as an error.
  ///
  /// - Returns: the connection, on which further packets follow.
  func connect(to id: String, _ request: MonitorRequest) throws -> SharedDescriptor {
    let path = "\(ContainerFolders(id, engine).monitor)/\(MonitorFiles.socket)"
    let socket = try monitorSocket(of: id)
    _ = try socket.lent.writeSome(try JSONWriter().write(request), subject: path)
    let packet = try socket.lent.readSome(limit: 1 << 20, subject: path)
    guard packet.first == MonitorPacket.answer.rawValue else {
      throw EngineError.program("podman-monitor", status: 125, message: "it did not answer")
    }
    let answer = try JSONReader().read(MonitorAnswer.self, from: Array(packet.dropFirst()))
    if let error = answer.error {
      throw EngineError.program("podman-monitor", status: 125, message: error)
    }
    return SharedDescriptor(socket)
  }

  /// A fresh connection to a container's monitor.
  func monitorSocket(of id: String) throws -> OwnedDescriptor {
    let path = "\(ContainerFolders(id, engine).monitor)/\(MonitorFiles.socket)"
    do throws(SystemError) {
      return try UnixSocket.connect(.sequencedPacket, to: path)
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory, .connectionRefused:
        throw EngineError.program(
          "podman-monitor", status: 125,
          message: "it does not run any more for container \(id.prefix(12)); please stop the "
            + "container and start it again")
      default: throw error
      }
    }
  }

  /// Asks for something that needs no more than an answer.
  func request(_ verb: MonitorRequest.Verb, of id: String) throws {
    _ = try connect(to: id, MonitorRequest(verb))
  }

  /// How health is looked after, for the monitor.
  func healthPlan(
    _ record: ContainerRecord, _ spec: Spec, _ folders: ContainerFolders
  ) throws -> HealthPlan? {
    guard let health = record.health else { return nil }
    func process(_ test: [String]) throws -> String {
      var process = spec.process ?? Spec.Process(user: .init(uid: 0, gid: 0), cwd: "/")
      process.terminal = false
      process.args =
        test.first == "CMD-SHELL"
        ? ["/bin/sh", "-c"] + test.dropFirst().prefix(1) : Array(test.dropFirst())
      return try engine.text(process)
    }
    func milliseconds(_ nanoseconds: Int64) -> Int64 { nanoseconds / 1_000_000 }
    var plan = HealthPlan(
      check: .init(
        process: try process(health.test), interval: milliseconds(health.interval),
        timeout: milliseconds(health.timeout), retries: health.retries),
      logPath: healthLogPath(record, folders))
    plan.startPeriod = milliseconds(health.startPeriod)
    if let startUp = health.startUp {
      plan.startUp = .init(
        process: try process(startUp.test), interval: milliseconds(startUp.interval),
        timeout: milliseconds(startUp.timeout), retries: startUp.retries)
      plan.startUpSuccesses = max(1, startUp.successes)
    }
    plan.onFailure = .init(rawValue: health.onFailure) ?? .none
    plan.logCount = health.logCount
    plan.logSize = health.logSize
    return plan
  }

  /// Where the results of health checks are kept.
  func healthLogPath(_ record: ContainerRecord, _ folders: ContainerFolders) -> String {
    switch record.health?.logDestination {
    case let folder? where folder.hasPrefix("/"): "\(folder)/\(record.id)-healthcheck.log"
    default: folders.lasting + "/healthcheck.log"
    }
  }
}
