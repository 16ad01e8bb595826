import EngineConfig
import JSON

extension ContainerResolution {
  /// Where the output goes.
  func log() throws -> ContainerLog {
    var log = ContainerLog()
    let driver = request.log.driver ?? defaults.logDriver ?? "k8s-file"
    switch driver {
    case "k8s-file", "json-file", "journald", "passthrough", "passthrough-tty", "none":
      log.driver = driver
    default:
      throw EngineError.invalid(
        option: "--log-driver", value: driver,
        reason: "it has to be k8s-file, json-file, journald, passthrough, passthrough-tty or none")
    }
    if driver == "passthrough", request.process.hasTerminal {
      throw EngineError.nothingToDo(
        "the '--log-driver passthrough' option cannot be used on a TTY; please use passthrough-tty")
    }
    if defaults.logSizeMax > 0 { log.maxSize = defaults.logSizeMax }
    log.tag = defaults.logTag
    for option in request.log.options {
      let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw EngineError.invalid(
          option: "--log-opt", value: option, reason: "it has to be name=value")
      }
      switch parts[0] {
      case "path": log.path = parts[1]
      case "tag": log.tag = parts[1]
      case "max-size":
        guard let size = ByteCount.parse(parts[1]) else {
          throw EngineError.invalid(
            option: "--log-opt", value: option,
            reason: "the size has to be a number with b, k, m or g")
        }
        log.maxSize = size > 0 ? size : nil
      case "max-file":
        guard let files = Int(parts[1]), files > 0 else {
          throw EngineError.invalid(
            option: "--log-opt", value: option, reason: "it has to be a number above 0")
        }
        log.maxFiles = files
      case "label": log.labels.append(contentsOf: parts[1].split(separator: ",").map(String.init))
      default:
        throw EngineError.invalid(
          option: "--log-opt", value: option,
          reason: "there are path, tag, max-size, max-file and label")
      }
    }
    return log
  }
}
