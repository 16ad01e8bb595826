import EngineConfig
import LinuxSystem
import SystemPackage

/// Whether overlayfs works in a place, found out by a mount: with a lower layer's folder removed, which
/// asks the file system for all that overlayfs needs.
struct OverlaySupport {
  let home: String
  let isInUserNamespace: Bool

  /// Why it does not; nil where it does. The answer is kept in the run folder, as containers/storage does.
  func obstacle(rememberedIn runFolder: String) -> String? {
    if fileExists("\(runFolder)/overlay-true") { return nil }
    if let text = try? readFile("\(runFolder)/overlay-false", limit: 4096) {
      return String(decoding: text, as: UTF8.self)
    }
    let reason = trial()
    try? makeDirectories(runFolder, mode: 0o700)
    if let file = try? openFile(
      "\(runFolder)/overlay-\(reason == nil)", [.writeOnly, .create, .truncate], mode: 0o644)
    {
      try? file.lent.writeAll(reason ?? "")
    }
    return reason
  }

  private func trial() -> String? {
    do {
      let temporary = try TemporaryFolder(in: "\(home)/\(temporaryFolderName)")
      let place = temporary.path
      defer { try? temporary.remove() }
      for name in ["lower1", "lower2/subfolder", "upper", "work", "merged"] {
        try makeDirectories("\(place)/\(name)", mode: 0o700)
      }
      let mount = OverlayMount(
        lowers: ["\(place)/lower1", "\(place)/lower2"], upper: "\(place)/upper",
        work: "\(place)/work", options: isInUserNamespace ? ["userxattr"] : [])
      try mount.mount(on: "\(place)/merged", home: home)
      defer { try? LinuxSystem.unmount("\(place)/merged", [.detach, .noFollow]) }
      try removeDirectory("\(place)/merged/subfolder")
      return nil
    } catch {
      return "\(error)"
    }
  }
}
