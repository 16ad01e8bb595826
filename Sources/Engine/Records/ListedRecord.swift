import JSON

/// The part of a container's record that lists of containers show: of thousands nothing else is read.
struct ListedRecord: JSONObject {
  private(set) var record = ContainerRecord()
  static var blank: Self { Self() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &record.id)
    try object.member("name", &record.name)
    try object.member("created", &record.created)
    try object.member("imageID", &record.imageID, standard: "")
    try object.member("imageName", &record.imageName, standard: "")
    try object.member("pod", &record.podID)
    try object.member("infra", &record.isInfra, standard: false)
    try object.member("labels", &record.labels, standard: [:])
    var process = ListedProcess()
    try object.member("process", &process)
    record.process = process.process
    try object.member("network", &record.network)
    try object.member("mounts", &record.mounts, standard: [])
    try object.member("health", &record.health)
    try object.member("remove", &record.isRemoved, standard: false)
    try object.member("idFile", &record.idFile)
  }

  /// Its command line.
  private struct ListedProcess: JSONObject {
    var process = ContainerProcess()
    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("entrypoint", &process.entrypoint, standard: [])
      try object.member("command", &process.command, standard: [])
    }
  }
}
