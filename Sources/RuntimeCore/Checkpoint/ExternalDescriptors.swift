import JSON
import LinuxSystem
import SystemPackage

/// What a container's first process had for standard input, output and error when it was saved.
///
/// It stands in `descriptors.json` beside the images, in runc's form: a list of what
/// /proc/PID/fd/0, 1 and 2 showed. Pipes among them led to somebody outside of the container; after
/// a restore those of the runtime take their place.
struct ExternalDescriptors: Equatable {
  static let fileName = "descriptors.json"
  /// The list is three short names; the images may come from anywhere.
  private static let longestFile = 64 << 10

  var names: [String]

  /// What a process has now; an empty name stands for a descriptor that is closed.
  init(of process: ProcessID, _ procfs: borrowing ProcFileSystem) throws {
    let folder = try procfs.open("\(process)/fd", [.readOnly, .directory])
    names = try (0...2).map { number in
      let name = "\(number)"
      return folder.lent.contains(name) ? try folder.lent.linkTarget(of: name) : ""
    }
  }

  /// Reads the list of a folder of images.
  init(in images: FileDescriptor) throws {
    names = try step("reading \(Self.fileName) of the images") {
      let file = try images.open(Self.fileName, [.readOnly, .noFollow, .nonBlocking])
      let bytes = try file.lent.readToEnd(limit: Self.longestFile, subject: Self.fileName)
      return try JSONReader().read([String].self, from: bytes)
    }
  }

  func write(to images: FileDescriptor) throws {
    try images.replaceFile(Self.fileName, contents: JSONWriter().write(names), mode: 0o600)
  }

  /// Which descriptors of the new CRIU stand for which saved pipes.
  var inherited: [CriuOptions.InheritedDescriptor] {
    names.prefix(3).enumerated().compactMap { number, name in
      name.hasPrefix("pipe:[") && name.hasSuffix("]")
        ? CriuOptions.InheritedDescriptor(key: name, number: Int32(number)) : nil
    }
  }
}
