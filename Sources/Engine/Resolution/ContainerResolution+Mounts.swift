import EngineConfig
import ImageSpec
import LinuxSystem

extension ContainerResolution {
  /// What is mounted, parents before their children.
  func mounts(_ record: ContainerRecord) throws -> [ContainerMount] {
    var own: [ContainerMount] = []
    for mount in request.mounts { own += try expanded(mount) }
    var seen: [String: ContainerMount] = [:]
    for mount in own {
      if let other = seen[mount.destination], other != mount {
        throw EngineError.invalid(
          option: "--volume", value: mount.destination,
          reason: "two mounts have this destination: duplicate mount destination")
      }
      seen[mount.destination] = mount
    }
    var byDestination: [String: ContainerMount] = [:]
    for mount in try imageMounts() + configured() + fromOthers() + own {
      byDestination[mount.destination] = mount
    }
    let sorted = byDestination.values.sorted {
      let left = $0.destination.pathComponents.count
      let right = $1.destination.pathComponents.count
      return left == right ? $0.destination < $1.destination : left < right
    }
    return try sorted.map(named)
  }

  /// A volume that is to be made gets its name here, so that the record is whole.
  private func named(_ mount: ContainerMount) throws -> ContainerMount {
    guard mount.kind == .volume, mount.source.isEmpty else { return mount }
    var result = mount
    result.isAnonymous = true
    result.source = try ContainerIdentifier.random()
    return result
  }

  /// Checks that a source is there; a pattern becomes the files that match it.
  private func expanded(_ mount: ContainerMount) throws -> [ContainerMount] {
    if let text = mount.idMap {
      if !text.isEmpty, MountIDMap(text) == nil {
        throw EngineError.invalid(
          option: "idmap", value: text,
          reason: "it has to be uids=FIRST-HOST-SIZE[#FIRST-HOST-SIZE…];gids=FIRST-HOST-SIZE[#…]")
      }
      if isRootless {
        throw EngineError.unsupported(
          "idmap", reason: "the kernel lets only root make ID-mapped mounts")
      }
    }
    switch mount.kind {
    case .bind:
      do {
        _ = try openFile(mount.source, [.path])
      } catch {
        throw EngineError.invalid(option: "--volume", value: mount.source, reason: "\(error)")
      }
      return [mount]
    case .glob:
      let paths = try FilePattern.matches(mount.source)
      guard !paths.isEmpty else {
        throw EngineError.invalid(
          option: "--mount", value: mount.source, reason: "no file matches the pattern")
      }
      return paths.map { path in
        var bind = mount
        bind.kind = .bind
        bind.source = path
        let name = path.pathComponents.last.map(String.init) ?? ""
        bind.destination = mount.destination.isEmpty ? path : mount.destination + "/" + name
        return bind
      }
    case .artifact:
      throw EngineError.unsupported(
        "--mount type=artifact", reason: "this version keeps no artifacts")
    default: return [mount]
    }
  }

  private func configured() throws -> [ContainerMount] {
    try defaults.volumes.map { try ContainerMount(volume: $0, in: "/") }
      + defaults.mounts.map { try ContainerMount(mount: $0, in: "/") }
  }

  /// The image's volumes. Destinations that no container can have are passed over.
  private func imageMounts() throws -> [ContainerMount] {
    let mode = request.imageVolumes ?? settings.imageVolumeMode
    guard ["anonymous", "bind", "tmpfs", "ignore"].contains(mode) else {
      throw EngineError.invalid(
        option: "--image-volume", value: mode, reason: "it has to be anonymous, tmpfs or ignore")
    }
    if mode == "ignore" { return [] }
    return (image?.parameters.volumes ?? []).sorted().compactMap { path in
      let absolute = path.hasPrefix("/") ? path : "/" + path
      guard let clean = try? ContainerMount.cleanDestination(absolute, option: "image volume")
      else {
        return nil
      }
      if mode == "tmpfs" {
        var mount = ContainerMount(.tmpfs, destination: clean)
        mount.copiesImageUp = true
        return mount
      }
      var mount = ContainerMount(.volume, destination: clean)
      mount.isAnonymous = true
      return mount
    }
  }

  /// The volumes of other containers.
  private func fromOthers() throws -> [ContainerMount] {
    var result: [ContainerMount] = []
    for text in request.volumesFrom {
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      let options = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
      for option in options where !["ro", "rw", "z", "Z"].contains(option) {
        throw EngineError.invalid(
          option: "--volumes-from", value: text, reason: "there is no option \(option)")
      }
      let other = try engine.containers.find(parts.first ?? "")
      for mount in other.record.mounts where mount.kind == .volume || mount.kind == .bind {
        var copy = mount
        copy.isAnonymous = false
        copy.options += options.filter { $0 == "ro" || $0 == "rw" }
        if let relabel = options.last(where: { $0 == "z" || $0 == "Z" }) { copy.relabel = relabel }
        result.append(copy)
      }
    }
    return result
  }

  // MARK: Secrets

  /// The secrets by their ids, with targets filled in.
  func secrets() throws -> [ContainerSecret] {
    try request.secrets.map { asked in
      var secret = asked
      let found = try engine.secrets.find(asked.source)
      secret.id = found.id
      if secret.target.isEmpty { secret.target = found.name }
      if !secret.isVariable, !secret.target.hasPrefix("/") {
        guard !secret.target.pathComponents.contains("..") else {
          throw EngineError.invalid(
            option: "--secret", value: secret.target, reason: "the target leaves /run/secrets")
        }
        secret.target = "/run/secrets/" + secret.target
      }
      return secret
    }
  }
}
