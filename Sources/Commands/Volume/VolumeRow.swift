import Engine
import GoTemplate

/// What `ls` and `inspect` show of a volume.
enum VolumeRow {
  /// A row of a listing: its labels are a text, `a=1,b=2`, as Docker shows them.
  static func row(_ volume: Volumes.Volume) -> GoValue {
    let labels = volume.record.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return value(volume, labels: .string(labels.joined(separator: ",")))
  }

  /// All that is known of a volume.
  static func value(_ volume: Volumes.Volume) -> GoValue {
    value(volume, labels: GoValue(volume.record.labels))
  }

  private static func value(_ volume: Volumes.Volume, labels: GoValue) -> GoValue {
    let record = volume.record
    let (seconds, nanoseconds) = record.created.quotientAndRemainder(dividingBy: 1_000_000_000)
    return .structure(
      .field("Name", .string(record.name)),
      .field("Driver", .string(record.driver)),
      .field("Mountpoint", .string(record.folder)),
      .field("CreatedAt", .time(seconds, nanoseconds: nanoseconds)),
      .field("Status", omitsEmpty: true, .nilMap),
      .field("Labels", labels),
      .field("Scope", "local"),
      .field("Options", GoValue(record.options)),
      .field("UID", omitsEmpty: true, GoValue(record.uid ?? 0)),
      .field("GID", omitsEmpty: true, GoValue(record.gid ?? 0)),
      .field("Anonymous", omitsEmpty: true, GoValue(record.isAnonymous)),
      .field("MountCount", GoValue(volume.state.mountCount)),
      .field("NeedsCopyUp", omitsEmpty: true, GoValue(volume.state.needsCopyUp)),
      .field("NeedsChown", omitsEmpty: true, GoValue(volume.state.needsOwner)),
      .field("Timeout", omitsEmpty: true, 0),
      .field("StorageID", omitsEmpty: true, .string(record.storageID ?? "")),
      .field("LockNumber", 0))
  }
}
