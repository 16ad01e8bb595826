import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import Archive

/// Archives that want to reach outside of their folder: each is refused or stays inside, whatever becomes
/// of whiteouts. The classes are those of the advisories against container engines.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct HostileArchiveTests {
  typealias Entries = [(TarEntry, String)]

  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Nil where it is unpacked, and stays inside.
    var refusal: EntryRefusal?
    /// Made with the absolute path of the folder outside.
    var entries: @Sendable (String) -> Entries

    init(
      _ name: String, _ refusal: EntryRefusal?, _ entries: @escaping @Sendable (String) -> Entries
    ) {
      (testDescription, self.refusal, self.entries) = (name, refusal, entries)
    }
  }

  private static func file(_ path: String, _ content: String = "evil") -> (TarEntry, String) {
    (TarEntry(.regular, Array(path.utf8), mode: 0o644), content)
  }

  private static func folder(_ path: String) -> (TarEntry, String) {
    (TarEntry(.directory, Array(path.utf8), mode: 0o755), "")
  }

  private static func link(
    _ path: String, _ target: String, _ kind: TarEntry.Kind = .symbolicLink
  ) -> (TarEntry, String) {
    var entry = TarEntry(kind, Array(path.utf8), mode: 0o777)
    entry.linkTarget = Array(target.utf8)
    return (entry, "")
  }

  static let cases: [Case] = [
    Case("path with ..", .pathEscapes) { _ in [file("../outside/secret")] },
    Case("deep path with ..", .pathEscapes) { _ in [folder("a"), file("a/../../outside/secret")] },
    Case("absolute path", nil) { [file($0 + "/secret")] },
    Case("absolute link, then a file through it", .parentNotDirectory) {
      [link("l", $0), file("l/secret")]
    },
    Case("relative link, then a file through it", .parentNotDirectory) { _ in
      [link("l", "../outside"), file("l/secret")]
    },
    Case("link to a file, then a file in its place", nil) {
      [link("l", $0 + "/secret"), file("l")]
    },
    Case("link to a file, then a folder in its place", nil) {
      [link("l", $0), folder("l"), file("l/secret")]
    },
    Case("chain of links", .parentNotDirectory) {
      [link("a", "b/.."), link("b", $0 + "/x"), file("a/secret")]
    },
    Case("folder replaced by a link, then a file", .parentNotDirectory) {
      [folder("d"), file("d/x"), link("d", $0), file("d/secret")]
    },
    Case("hard link with ..", .linkEscapes) { _ in [link("h", "../outside/secret", .hardLink)] },
    Case("hard link to an absolute path", .linkTargetMissing) {
      [link("h", $0 + "/secret", .hardLink)]
    },
    Case("hard link through a link", .linkTargetMissing) {
      [link("l", $0), link("h", "l/secret", .hardLink), file("h")]
    },
    Case("hard link to a link, then a file in its place", nil) {
      [link("l", $0 + "/secret"), link("h", "l", .hardLink), file("h")]
    },
    Case("hard link to the root", .linkTargetMissing) { _ in [link("h", ".", .hardLink)] },
    Case("root replaced by a link", .replacesRoot) { [link(".", $0)] },
    Case("root replaced by a file", .replacesRoot) { _ in [file("a/..")] },
    Case("loop of links", nil) { _ in [link("a", "b"), link("b", "a"), file("c")] },
    Case("empty link", .pathInvalid) { _ in [link("a", "")] },
    Case("FIFO, then a file in its place", nil) { _ in
      [(TarEntry(.fifo, Array("f".utf8), mode: 0o644), ""), file("f")]
    },
    Case("device node, then a file in its place", nil) { _ in
      var node = TarEntry(.block, Array("d".utf8), mode: 0o666)
      node.device = DeviceNumber(major: 8, minor: 0)
      return [(node, ""), file("d")]
    },
    Case("file as a folder", .parentNotDirectory) { _ in [file("f"), file("f/g")] },
    Case("time of a folder that became a link", nil) {
      [folder("d"), link("d", $0)]
    },
    Case("overlay's own attributes", nil) { outside in
      var entry = folder("d")
      for name in ["trusted.overlay.redirect", "user.overlay.redirect", "user.overlay.metacopy"] {
        entry.0.extendedAttributes.append(ExtendedAttribute(name, Array(outside.utf8)))
      }
      return [entry]
    },
  ]

  static let whiteouts: [Case] = [
    Case("whiteout of ..", .whiteoutInvalid) { _ in [folder("d"), file("d/.wh...")] },
    Case("whiteout of .", .whiteoutInvalid) { _ in [file(".wh..")] },
    Case("whiteout of nothing", .whiteoutInvalid) { _ in [file(".wh.")] },
    Case("whiteout through a link", .parentNotDirectory) { [link("l", $0), file("l/.wh.secret")] },
    Case("opaque folder through a link", .parentNotDirectory) {
      [link("l", $0), file("l/.wh..wh..opq")]
    },
    Case("opaque root", nil) { _ in [file(".wh..wh..opq")] },
    Case("AUFS's own folder", nil) { _ in [file(".wh..wh.plnk/1.2"), file(".wh..wh.aufs")] },
  ]

  static let modes: [UnpackOptions.Whiteouts] = [
    .deletion, .kept, .overlay(.trusted), .overlay(.user),
  ]

  @Test(arguments: cases) func staysInside(_ hostile: Case) throws {
    try check(hostile, Self.modes)
  }

  @Test(arguments: whiteouts) func whiteoutStaysInside(_ hostile: Case) throws {
    try check(hostile, Self.modes.filter { $0 != .kept })
  }

  private func check(_ hostile: Case, _ modes: [UnpackOptions.Whiteouts]) throws {
    let scratch = try Scratch()
    let listing = "find outside -printf '%P %y %m %U %s %T@ %n\\n'; cat outside/secret; ls"
    let before = try scratch.shell(
      """
      mkdir out outside; echo secret >outside/secret; touch -d 2001-01-01 outside
      \(listing)
      """)
    let archive = try TarWriter.archive(hostile.entries(scratch.path + "/outside"))
    for (number, mode) in (modes + modes).enumerated() {
      let target = try scratch.folder("out/\(number)")
      var options = UnpackOptions(whiteouts: mode)
      // As with openat2(2), and as where a filter or an old kernel does not have it.
      options.walks = number >= modes.count
      do throws(ArchiveError) {
        _ = try LayerUnpacker(into: target.lent, options).unpack(
          MemorySource(archive, pieceSize: 700))
        #expect(hostile.refusal == nil)
      } catch {
        guard case .refused(_, let refusal) = error else { throw error }
        #expect(refusal == hostile.refusal)
      }
    }
    #expect(try scratch.shell(listing) == before)
    #expect(try scratch.shell("find out -exec getfattr -hd -m overlay.re {} +; true").isEmpty)
  }

  /// A path that only a PAX record has, and one that only a GNU long name has.
  @Test func headersCannotHideAPath() throws {
    let scratch = try Scratch()
    let target = try scratch.folder("out")
    let long = "../" + String(repeating: "x/../", count: 40) + "evil"
    let archive = try TarWriter.archive([Self.file(long)])
    #expect(throws: ArchiveError.refused(path: long, .pathEscapes)) {
      _ = try LayerUnpacker(into: target.lent, UnpackOptions(whiteouts: .deletion)).unpack(
        MemorySource(archive))
    }
    #expect(try scratch.shell("ls -A out").isEmpty)
  }

  /// Bytes of a good archive changed at random, with the checksum mended half of the time: nothing
  /// traps, and nothing comes out of the folder.
  @Test func mutatedArchivesStayInside() throws {
    let scratch = try Scratch()
    var entries: Entries = [Self.folder("d"), Self.file("d/f"), Self.link("l", "d/f")]
    entries.append(Self.link("h", "d/f", .hardLink))
    entries.append(Self.file(String(repeating: "long/", count: 30) + "name"))
    entries.append(Self.file("d/.wh.gone"))
    let original = try TarWriter.archive(entries)
    var random = SystemRandomNumberGenerator.seeded(7)
    for round in 0..<300 {
      var archive = original
      archive.mutate(using: &random)
      let target = try scratch.folder("out/\(round)")
      _ = try? LayerUnpacker(into: target.lent, UnpackOptions(whiteouts: .deletion)).unpack(
        MemorySource(archive), compression: Compression.none, tarSplit: MemorySink())
    }
    #expect(try scratch.shell("ls") == "out\n")
  }

  /// No descriptor is left open by archives that are refused.
  @Test func refusedArchivesLeaveNoDescriptors() throws {
    let scratch = try Scratch()
    let bad = Array(
      try TarWriter.archive([Self.folder("a/b"), Self.file("a/b/c"), Self.file("../x")]).prefix(
        2200))
    try Data.write(bad, to: scratch.path + "/bad")
    let script = """
      mkdir out; for i in 1 2 3; do $PROBE unpack deletion out split <bad && exit 3; done; true
      """
    try scratch.shell(script)
    let target = try scratch.folder("in")
    let before = try openDescriptors(below: scratch.path)
    for _ in 0..<100 {
      _ = try? LayerUnpacker(into: target.lent, UnpackOptions(whiteouts: .deletion)).unpack(
        MemorySource(bad), tarSplit: MemorySink())
    }
    #expect(try openDescriptors(below: scratch.path) == before)
  }

  /// The same of the process that starts those which unpack.
  @Test func refusedLayersLeaveNoDescriptors() throws {
    let scratch = try Scratch()
    let bad = Array(try TarWriter.archive([Self.file("a"), Self.file("../x")]).prefix(1800))
    try Data.write(bad, to: scratch.path + "/bad")
    let counts = try scratch.shell("mkdir out; $PROBE refuse bad out 100")
    let numbers = counts.split { $0.isWhitespace }
    #expect(numbers.count == 2 && numbers.first == numbers.last, "\(counts)")
  }

  /// How many of this process's descriptors are open below a folder: other tests run beside this one.
  private func openDescriptors(below path: String) throws -> Int {
    let table = try openFile("/proc/self/fd", [.readOnly, .directory])
    return try table.lent.entryNames().filter {
      (try? table.lent.linkTarget(of: $0))?.hasPrefix(path) ?? false
    }.count
  }
}

enum Data {
  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o600)
    try file.lent.writeAll(bytes)
  }
}

/// Numbers that are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

extension SystemRandomNumberGenerator {
  static func seeded(_ seed: UInt64) -> SeededNumbers { SeededNumbers(state: seed) }
}

extension [UInt8] {
  /// Changes some bytes, cuts the end off at times, and mends the checksums of half of the archives.
  mutating func mutate(using random: inout SeededNumbers) {
    guard !isEmpty else { return }
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let interesting: [UInt8] = [0, 0xff, 0x80, 0x2f, 0x2e, 0x30, 0x37, 0x53, 0x78, 0x4c, 0x35]
      let value =
        Bool.random(using: &random)
        ? interesting.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
      self[Int.random(in: 0..<count, using: &random)] = value
    }
    if Int.random(in: 0..<8, using: &random) == 0 {
      removeLast(Int.random(in: 0..<count, using: &random))
    }
    guard Bool.random(using: &random) else { return }
    for start in stride(from: 0, to: count - 511, by: 512) {
      guard self[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) else { continue }
      replaceSubrange((start + 148)..<(start + 156), with: repeatElement(0x20, count: 8))
      let sum = self[start..<(start + 512)].reduce(0) { $0 + Int($1) }
      let digits = String(sum, radix: 8)
      let text = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
      replaceSubrange((start + 148)..<(start + 156), with: Array(text.utf8))
    }
  }
}
