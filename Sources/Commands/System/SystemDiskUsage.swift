import CommandLine
import Engine
import GoTemplate
import LinuxSystem

/// `podman system df`: what images, containers and volumes take on the disk.
enum SystemDiskUsage {
  static let command = PodmanCommand(
    "df", "Show podman disk usage",
    details: "podman system df\n\n  Show podman disk usage", examples: [""],
    options: {
      [
        Option("format", .string(), "Pretty-print images using a Go template"),
        Option("verbose", "v", .flag(), "Show detailed information on disk usage"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let format = call.options.given("format")
    if call.options.flag("verbose"), format != nil {
      throw CommandFailure("cannot combine --format and --verbose flags")
    }
    let usage = try call.engine.system.diskUsage()
    if call.options.flag("verbose") {
      try writeDetails(usage, call)
    } else {
      let rows = summary(usage)
      try Listing(
        table: "{{.Type}}\t{{.Total}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}", rows: rows,
        json: .list(rows)
      ).write(to: call.output, format: format)
    }
    for error in usage.broken { call.log(.error, "\(error)") }
    return 0
  }

  private static func summary(_ usage: DiskUsage) -> [GoValue] {
    let used = usage.images.filter { $0.containers > 0 }
    let running = usage.containers.filter { $0.status == "running" }
    let idle = usage.containers.filter { $0.status != "running" }
    return [
      row(
        "Images", usage.images.count, active: used.count, size: usage.imagesSize,
        reclaimable: usage.imagesSize - used.reduce(0) { $0 + $1.uniqueSize }),
      row(
        "Containers", usage.containers.count, active: running.count,
        size: usage.containers.reduce(0) { $0 + $1.writtenSize },
        reclaimable: idle.reduce(0) { $0 + $1.writtenSize }),
      row(
        "Local Volumes", usage.volumes.count, active: usage.volumes.count { $0.users > 0 },
        size: usage.volumes.reduce(0) { $0 + $1.size },
        reclaimable: usage.volumes.reduce(0) { $0 + ($1.users > 0 ? 0 : $1.size) }),
    ]
  }

  private static func row(
    _ type: String, _ total: Int, active: Int, size: Int64, reclaimable: Int64
  ) -> GoValue {
    let percent = size > 0 ? (Double(reclaimable) / Double(size) * 100).rounded() : 0
    let left = "\(HumanUnits.size(Double(reclaimable))) (\(Int(percent))%)"
    return .structure(
      .field("Type", GoValue(type)), .field("Total", GoValue(total)),
      .field("Active", GoValue(active)), .field("RawSize", GoValue(size)),
      .field("RawReclaimable", GoValue(reclaimable)), .field("TotalCount", GoValue(total)),
      .field("Size", GoValue(HumanUnits.size(Double(size)))), .field("Reclaimable", GoValue(left)))
  }

  private static func writeDetails(_ usage: DiskUsage, _ call: Call) throws {
    let now = Timestamp.now().seconds
    func age(_ nanoseconds: Int64) -> GoValue {
      GoValue(HumanUnits.duration(max(0, now - nanoseconds / 1_000_000_000)))
    }
    func size(_ bytes: Int64) -> GoValue { GoValue(HumanUnits.size(Double(bytes))) }
    call.output.write("Images space usage:\n\n")
    let images = usage.images.flatMap { image in
      (image.names.isEmpty ? ["<none>:<none>"] : image.names).map { name in
        let colon = name.lastIndex(of: ":") ?? name.endIndex
        return GoValue.structure(
          .field("Repository", GoValue(String(name[..<colon]))),
          .field("Tag", GoValue(String(name[colon...].dropFirst()))),
          .field("ImageID", GoValue(String(image.id.prefix(12)))),
          .field("Created", age(image.created)), .field("Size", size(image.size)),
          .field("SharedSize", size(image.sharedSize)),
          .field("UniqueSize", size(image.uniqueSize)),
          .field("Containers", GoValue(image.containers)))
      }
    }
    try Listing(
      table: "{{.Repository}}\t{{.Tag}}\t{{.ImageID}}\t{{.Created}}\t{{.Size}}\t{{.SharedSize}}\t"
        + "{{.UniqueSize}}\t{{.Containers}}",
      titles: [
        "ImageID": "IMAGE ID", "SharedSize": "SHARED SIZE", "UniqueSize": "UNIQUE SIZE",
      ], rows: images
    ).write(to: call.output, format: nil)

    call.output.write("\nContainers space usage:\n\n")
    let containers = usage.containers.map { container in
      GoValue.structure(
        .field("ContainerID", GoValue(String(container.id.prefix(12)))),
        .field("Image", GoValue(String(container.imageID.prefix(12)))),
        .field("Command", GoValue(container.command.joined(separator: " "))),
        .field("LocalVolumes", GoValue(container.volumes)),
        .field("RWSize", size(container.writtenSize)), .field("Created", age(container.created)),
        .field("Status", GoValue(container.status)), .field("Names", GoValue(container.name)))
    }
    try Listing(
      table: "{{.ContainerID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.RWSize}}\t"
        + "{{.Created}}\t{{.Status}}\t{{.Names}}",
      titles: [
        "ContainerID": "CONTAINER ID", "LocalVolumes": "LOCAL VOLUMES", "RWSize": "SIZE",
      ], rows: containers
    ).write(to: call.output, format: nil)

    call.output.write("\nLocal Volumes space usage:\n\n")
    let volumes = usage.volumes.map { volume in
      GoValue.structure(
        .field("VolumeName", GoValue(volume.name)), .field("Links", GoValue(volume.users)),
        .field("Size", size(volume.size)))
    }
    try Listing(
      table: "{{.VolumeName}}\t{{.Links}}\t{{.Size}}", titles: ["VolumeName": "VOLUME NAME"],
      rows: volumes
    ).write(to: call.output, format: nil)
  }
}
