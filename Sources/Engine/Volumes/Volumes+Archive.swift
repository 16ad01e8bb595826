import Archive
import LinuxSystem
public import SystemPackage

extension Volumes {
  /// Writes a volume's files as a tar archive.
  ///
  /// - Parameter output: where to, lent.
  public func export(_ name: String, to output: FileDescriptor) throws {
    try withFolder(name) { folder in
      try LayerPacker().pack(.folder(folder, overlay: nil), to: DescriptorSink(output))
    }
  }

  /// Unpacks a tar archive into a volume; a file of the same name is replaced.
  ///
  /// It is read by a confined process, to which the volume is all there is: no path and no link of a
  /// hostile archive leads out of it.
  ///
  /// - Parameter input: the archive from here on, plain or compressed, lent.
  public func `import`(_ name: String, from input: FileDescriptor) throws {
    var options = UnpackOptions(whiteouts: .kept)
    // In a user namespace nobody can make devices.
    options.skipsDevices = engine.configuration.user.isRootless
    options.skipsForbiddenAttributes = options.skipsDevices
    try withFolder(name) { folder in
      do {
        let unpack = try ConfinedUnpack.start(input, into: folder, tarSplit: nil, options)
        _ = try unpack.finish()
      } catch {
        throw EngineError.failed("extracting into volume \(name)", reason: "\(error)")
      }
    }
  }

  /// Calls `body` with a volume's folder, mounted where it has to be.
  private func withFolder(_ name: String, _ body: (FileDescriptor) throws -> Void) throws {
    let volume = try find(name)
    let path = try mount(volume.name)
    var errors: [any Error] = []
    do {
      let folder = try openFile(path, [.readOnly, .directory, .noFollow])
      try body(folder.lent)
    } catch {
      errors.append(error)
    }
    do { try unmount(volume.name) } catch { errors.append(error) }
    if let error = errors.first { throw errors.count == 1 ? error : EngineError.several(errors) }
  }
}
