import Engine
import GoTemplate
import LinuxSystem
import RuntimeSpec

extension ContainerInspection {
  /// `Config`: what the program is given.
  var configuration: GoValue {
    let process = record.process
    var fields: [GoStructure.Field] = [
      .field("Hostname", .string(record.hostname ?? record.shortID)),
      .field("Domainname", .string(record.domainname ?? "")),
      .field("User", .string(process.user)),
      .field("AttachStdin", .bool(false)), .field("AttachStdout", .bool(false)),
      .field("AttachStderr", .bool(false)),
      .field("Tty", .bool(process.hasTerminal)),
      .field("OpenStdin", .bool(process.hasStandardInput)),
      .field("StdinOnce", .bool(false)),
      .field("Env", Self.strings(shownEnvironment)),
      .field("Cmd", process.command.isEmpty ? .nilList : Self.strings(process.command)),
      .field("Image", .string(record.imageName)),
      .field("Volumes", .nilMap),
      .field("WorkingDir", .string(process.workingDirectory)),
      .field(
        "Entrypoint", process.entrypoint.isEmpty ? .nilList : Self.strings(process.entrypoint)),
      .field("OnBuild", .null),
      .field("Labels", record.labels.isEmpty ? .nilMap : GoValue(record.labels)),
      .field("Annotations", GoValue(shownAnnotations)),
      .field("StopSignal", .string(Signal(rawValue: process.stopSignal ?? 15).name)),
    ]
    fields += healthFields
    fields += [
      .field(
        "CreateCommand", omitsEmpty: true,
        record.createCommand.isEmpty ? .nilList : Self.strings(record.createCommand)),
      .field("Timezone", omitsEmpty: true, .string(process.timeZone ?? "")),
      .field("SystemdMode", omitsEmpty: true, .bool(process.isSystemd)),
      .field("Umask", omitsEmpty: true, .string(umaskText)),
      .field("Secrets", omitsEmpty: true, .list(record.secrets.map(secret))),
      .field("Timeout", .uint(process.timeout)),
      .field("StopTimeout", .uint(UInt64(process.stopTimeout))),
      .field("Passwd", omitsEmpty: true, .bool(record.addsUserLines)),
      .field("ChrootDirs", omitsEmpty: true, Self.strings(record.chrootFolders)),
      .field("sdNotifyMode", omitsEmpty: true, .string(record.notify)),
    ]
    return .structure(GoStructure(fields))
  }

  private var shownEnvironment: [String] {
    var environment = record.process.environment
    if let home = facts.home { environment.append(home) }
    if !environment.contains(where: { $0.hasPrefix("HOSTNAME=") }), state.startedAt != 0 {
      environment.append("HOSTNAME=\(record.hostname ?? record.shortID)")
    }
    return environment
  }

  private var umaskText: String {
    let text = String(record.process.umask, radix: 8)
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
  }

  private var shownAnnotations: [String: String] {
    func word(_ flag: Bool) -> String { flag ? "TRUE" : "FALSE" }
    return [
      "io.container.manager": "libpod",
      "io.podman.annotations.autoremove": word(record.isRemoved),
      "io.podman.annotations.init": word(record.process.initPath != nil),
      "io.podman.annotations.privileged": word(record.security.isPrivileged),
      "io.podman.annotations.publish-all": word(false),
      "org.opencontainers.image.stopSignal": String(record.process.stopSignal ?? 15),
    ].merging(record.annotations) { $1 }
  }

  private var healthFields: [GoStructure.Field] {
    guard let health = record.health else {
      return [
        .field("Healthcheck", omitsEmpty: true, .null),
        .field("HealthcheckOnFailureAction", .string("none")),
      ]
    }
    var fields: [GoStructure.Field] = [
      .field(
        "Healthcheck",
        .fields([
          .field("Test", Self.strings(health.test)),
          .field("StartPeriod", omitsEmpty: true, .duration(health.startPeriod)),
          .field("Interval", omitsEmpty: true, .duration(health.interval)),
          .field("Timeout", omitsEmpty: true, .duration(health.timeout)),
          .field("Retries", omitsEmpty: true, .int(Int64(health.retries))),
        ])),
      .field("HealthcheckOnFailureAction", .string(health.onFailure)),
      .field("HealthLogDestination", .string(health.logDestination)),
      .field("HealthcheckMaxLogCount", .uint(UInt64(clamping: health.logCount))),
      .field("HealthcheckMaxLogSize", .uint(UInt64(clamping: health.logSize))),
    ]
    if let startUp = health.startUp {
      fields.append(
        .field(
          "StartupHealthCheck",
          .fields([
            .field("Test", Self.strings(startUp.test)),
            .field("Interval", omitsEmpty: true, .duration(startUp.interval)),
            .field("Timeout", omitsEmpty: true, .duration(startUp.timeout)),
            .field("Retries", omitsEmpty: true, .int(Int64(startUp.retries))),
            .field("Successes", omitsEmpty: true, .int(Int64(startUp.successes))),
          ])))
    }
    return fields
  }

  private func secret(_ secret: ContainerSecret) -> GoValue {
    .fields([
      .field("Name", .string(secret.source)), .field("ID", .string(secret.id)),
      .field("UID", .uint(UInt64(secret.uid))), .field("GID", .uint(UInt64(secret.gid))),
      .field("Mode", .uint(UInt64(secret.mode))),
    ])
  }
}
