import EngineConfig

/// The log of what happened to containers, images, volumes and networks.
///
/// Where it is kept, `events_logger` of containers.conf or `--events-backend` says: in a file, in
/// the journal, or nowhere.
public struct Events {
  let engine: ContainerEngine

  /// Adds an event to the log.
  ///
  /// It never undoes what happened: why it could not be written is for a warning, returned and told to
  /// `ContainerEngine.eventFailure`.
  @discardableResult
  public func emit(_ event: Event) -> (any Error)? {
    // Checks can come so often that they hide all else: `healthcheck_events`.
    if event.status == .healthStatus, !settings.recordsHealthchecks { return nil }
    do {
      switch try logger {
      case .none: break
      case .file: try EventFile(path: path, limit: limit).append(event)
      case .journald: try EventJournal().send(event)
      }
      return nil
    } catch {
      engine.eventFailure(error)
      return error
    }
  }

  /// A new container's event; with `events_container_create_inspect_data` it carries what `inspect` says.
  func creation(_ container: Containers.Container) -> Event {
    var event = Event.container(.create, container.record)
    if settings.recordsInspectData {
      event.inspectData = (try? engine.containerInspection?(container, nil)) ?? ""
    }
    return event
  }

  // MARK: Where

  /// Where the log is kept.
  public enum Logger: String, Sendable, CaseIterable {
    case file, journald, none
  }

  /// Where this engine keeps it.
  public var logger: Logger {
    get throws(EngineError) {
      let option = engine.configuration.options.eventsBackend
      guard let name = option ?? settings.eventsLogger, !name.isEmpty else { return .file }
      guard let logger = Logger(rawValue: name.lowercased()) else {
        throw .invalid(
          option: option == nil ? "events_logger" : "--events-backend", value: name,
          reason: "it is one of file, journald and none")
      }
      return logger
    }
  }

  private var settings: EngineSettings { engine.configuration.containersConf.engine }

  /// The file of the log.
  public var path: String {
    if let path = settings.eventsFile, !path.isEmpty { return path }
    return engine.configuration.folders.run + "/events/events.log"
  }

  /// The size from which the file loses its older half; 0 where it never does.
  var limit: UInt64 {
    get throws(EngineError) {
      let text = settings.eventsFileMaxSize
      guard let size = DecimalSize.parse(text) else {
        throw .invalid(
          option: "events_logfile_max_size", value: text, reason: "it is a size as 1m or 500k")
      }
      return size
    }
  }
}
