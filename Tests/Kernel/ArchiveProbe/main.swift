// A single-threaded program around ConfinedUnpack, which forks: the tests' own process has many threads.
//
//   ArchiveProbe unpack WHITEOUTS FOLDER [TARSPLIT]   WHITEOUTS: trusted, user, deletion, kept
//   ArchiveProbe replay FOLDER TARSPLIT
//   ArchiveProbe pack folder|overlay FOLDER
//   ArchiveProbe pack-difference FOLDER OLDER
//   ArchiveProbe changes UPPER LOWER…
//   ArchiveProbe differences OLDER NEWER
//   ArchiveProbe count                                decompresses and hashes only
//   ArchiveProbe refuse ARCHIVE FOLDER TIMES          says how many descriptors are open before and after
//
// The archive is standard input, or output.
import Archive
import Igzip
import LinuxSystem
import SystemPackage

func complain(_ text: String) {
  try? FileDescriptor.standardError.writeAll(text + "\n")
}

func options(_ word: String) -> UnpackOptions {
  switch word {
  case "trusted": UnpackOptions(whiteouts: .overlay(.trusted))
  case "user": UnpackOptions(whiteouts: .overlay(.user))
  case "kept": UnpackOptions(whiteouts: .kept)
  default: UnpackOptions(whiteouts: .deletion)
  }
}

func unpack(_ words: [String]) throws {
  let target = try openFile(words[1], [.readOnly, .directory])
  var options = options(words[0])
  options.skipsDevices = CurrentProcess.isInUserNamespace
  options.skipsForbiddenAttributes = CurrentProcess.isInUserNamespace
  var split: SharedDescriptor?
  if words.count > 2 {
    split = SharedDescriptor(
      try openFile(words[2], [.readWrite, .create, .truncate], mode: 0o600))
  }
  let gzip = CurrentProcess.environmentVariable("ZLIB") == nil ? IgzipDecoder.decoding : .zlib
  let report = try ConfinedUnpack.start(
    .standardInput, into: target.lent, tarSplit: split?.lent, gzip: gzip, options
  ).finish()
  try FileDescriptor.standardOutput.writeAll(
    """
    diff-id \(report.diffID)
    size \(report.uncompressedSize)
    digest \(report.compressedDigest)
    content \(report.contentSize)
    entries \(report.entryCount)
    users \(report.users)
    groups \(report.groups)
    left-out \(report.leftOut)
    reproducible \(report.isReproducible)

    """)
}

func openDescriptors() throws -> Int {
  let table = try openFile("/proc/self/fd", [.readOnly, .directory])
  return try table.lent.entryNames().count
}

func run(_ words: [String]) throws {
  switch (words.first, words.count) {
  case ("unpack", 3...4): try unpack(Array(words.dropFirst()))
  case ("replay", 3):
    let folder = try openFile(words[1], [.readOnly, .directory])
    let split = try openFile(words[2], [.readOnly])
    let sink = DescriptorSink(.standardOutput)
    try sink.write(from: TarSplitReplay(DescriptorSource(split.lent), folder: folder.lent))
    try sink.finish()
  case ("pack", 3):
    let folder = try openFile(words[2], [.readOnly, .directory])
    try LayerPacker().pack(
      .folder(folder.lent, overlay: words[1] == "overlay" ? .trusted : nil),
      to: DescriptorSink(.standardOutput))
  case ("pack-difference", 3):
    let folder = try openFile(words[1], [.readOnly, .directory])
    let older = try openFile(words[2], [.readOnly, .directory])
    try LayerPacker().pack(
      .difference(folder.lent, from: older.lent), to: DescriptorSink(.standardOutput))
  case ("changes", 3...):
    let folders = try words.dropFirst().map {
      SharedDescriptor(try openFile($0, [.readOnly, .directory]))
    }
    let changes = try LayerChange.overlay(
      upper: folders[0].lent, over: folders.dropFirst().map(\.lent), .trusted)
    for change in changes {
      try FileDescriptor.standardOutput.writeAll("\(change.kind.rawValue) \(change.pathText)\n")
    }
  case ("differences", 3):
    let older = try openFile(words[1], [.readOnly, .directory])
    let newer = try openFile(words[2], [.readOnly, .directory])
    for change in try LayerChange.between(older.lent, newer.lent) {
      try FileDescriptor.standardOutput.writeAll("\(change.kind.rawValue) \(change.pathText)\n")
    }
  case ("refuse", 4):
    let before = try openDescriptors()
    for _ in 0..<(Int(words[3]) ?? 0) {
      let archive = try openFile(words[1], [.readOnly])
      let folder = try openFile(words[2], [.readOnly, .directory])
      do {
        _ = try ConfinedUnpack.start(
          archive.lent, into: folder.lent, tarSplit: nil, options("deletion")
        ).finish()
        complain("it was taken")
        CurrentProcess.exit(3)
      } catch {}
    }
    try FileDescriptor.standardOutput.writeAll("\(before) \(try openDescriptors())\n")
  case ("count", 1):
    let source = HashingSource(try Decompressor(DescriptorSource(.standardInput)))
    try source.drain()
    try FileDescriptor.standardOutput.writeAll("\(source.digest()) \(source.count)\n")
  default:
    complain("usage: ArchiveProbe unpack|replay|count …")
    CurrentProcess.exit(2)
  }
}

do {
  try run(Array(CommandLine.arguments.dropFirst()))
} catch {
  complain("\(error)")
  CurrentProcess.exit(1)
}
