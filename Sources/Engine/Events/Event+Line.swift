import LinuxSystem

extension Event {
  /// The event on one line for a person, as podman prints it.
  ///
  /// - Parameter truncated: ids are cut to 12 digits.
  public func line(truncated: Bool) -> String {
    let shownID = truncated ? String(id.prefix(12)) : id
    let begin = "\(time.localText) \(type.rawValue) \(status.rawValue)"
    switch type {
    case .container, .pod: return "\(begin) \(shownID) (\(details.joined(separator: ", ")))"
    case .network where status == .create || status == .remove:
      return "\(begin) \(id) (name=\(network), type=\(attributes["driver"] ?? ""))"
    case .network: return "\(begin) \(shownID) (container=\(shownID), name=\(network))"
    case .image, .artifact:
      return "\(begin) \(shownID) \(name)" + (error.isEmpty ? "" : " \(error)")
    case .system: return name.isEmpty ? begin : "\(begin) \(name)"
    case .volume, .machine: return "\(begin) \(name)"
    case .secret: return "\(begin) \(shownID)"
    }
  }

  private var details: [String] {
    var details = ["image=\(image)", "name=\(name)"]
    if !podID.isEmpty { details.append("pod_id=\(podID)") }
    if status == .healthStatus {
      details.append("health_status=\(healthStatus)")
      details.append("health_failing_streak=\(healthFailingStreak)")
      details.append("health_log=\(healthLog)")
    }
    return details + attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }
}
