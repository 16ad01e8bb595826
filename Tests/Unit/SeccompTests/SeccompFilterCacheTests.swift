import Glibc
import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import Seccomp

@Suite final class SeccompFilterCacheTests {
  private let parent: String
  private let folder: String
  private let cache: SeccompFilterCache
  private let profile = Profile(
    defaultAction: .errno, architectures: [.amd64],
    syscalls: [.init(names: ["getcwd", "openat2"], action: .allow)])

  init() throws {
    var template = Array("/tmp/seccomp-cache-XXXXXX".utf8CString)
    _ = try #require(mkdtemp(&template))
    parent = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    folder = parent + "/cache"
    cache = SeccompFilterCache(folder: folder)
  }

  deinit {
    if let root = try? openFile("/tmp", [.readOnly, .directory]) {
      try? root.lent.removeTree(String(parent.dropFirst("/tmp/".count)))
    }
  }

  // MARK: Use

  @Test func keepsAFilterInAClosedFile() throws {
    let filter = try cache.filter(for: profile)
    #expect(filter == (try SeccompFilter(compiling: profile)))
    #expect(try mode(of: folder) == S_IFDIR | 0o700)
    #expect(try mode(of: path()) == S_IFREG | 0o600)
    #expect(try names() == [FilterCacheKey(profile).fileName])
  }

  @Test func takesTheFilterFromTheFile() throws {
    try fill()
    // A filter that no compilation gives shows where the answer comes from.
    let marked = SeccompFilter(instructions: [.end(0x0005_0055)], flags: [.log])
    try write(FilterCacheFile.encode(marked, key: FilterCacheKey(profile)))
    #expect(try cache.filter(for: profile) == marked)
  }

  @Test func tellsProfilesApart() throws {
    var other = profile
    other.flags = []
    var third = profile
    third.syscalls?[0].args = [.init(index: 0, value: 1, op: .equal)]
    let keys = [profile, other, third].map { FilterCacheKey($0).fileName }
    #expect(keys[0] != keys[1])
    #expect(keys[0] != keys[2])
    #expect(keys[0] == FilterCacheKey(profile).fileName)
    #expect(keys[0].utf8.count == 64)
  }

  @Test func keepsNoProfileThatIsWrong() throws {
    var wrong = profile
    wrong.syscalls?[0].action = .notify
    #expect(throws: SeccompProfileError.self) { try self.cache.filter(for: wrong) }
    // With a listener it would have been right, and must not open the way for the wrong one.
    wrong.listenerPath = "/run/agent"
    _ = try cache.filter(for: wrong)
    wrong.listenerPath = nil
    #expect(throws: SeccompProfileError.self) { try self.cache.filter(for: wrong) }
  }

  @Test func makesTheFoldersAbove() throws {
    let deeper = parent + "/missing/too/cache"
    _ = try SeccompFilterCache(folder: deeper).filter(for: profile) { Issue.record("\($0)") }
    #expect(try mode(of: deeper) == S_IFDIR | 0o700)
    #expect(try mode(of: parent + "/missing/too") == S_IFDIR | 0o711)
  }

  @Test func worksWithoutAFolder() throws {
    try systemCall("mkfifo") { mkfifo(self.parent + "/pipe", 0o600) }
    let cache = SeccompFilterCache(folder: parent + "/pipe/cache")
    var remarks: [String] = []
    let filter = try cache.filter(for: profile) { remarks.append($0) }
    #expect(filter == (try SeccompFilter(compiling: profile)))
    #expect(remarks.count == 2, "\(remarks)")
    #expect(remarks.last == "seccomp cache: mkdir \(parent)/pipe/cache: not a directory")
  }

  // MARK: Tampering

  @Test func findsEveryChangedByte() throws {
    try fill()
    let bytes = try readFile(path(), limit: FilterCacheFile.maximumLength)
    let key = FilterCacheKey(profile)
    #expect(FilterCacheFile.decode(bytes, key: key) != nil)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      #expect(FilterCacheFile.decode(changed, key: key) == nil, "byte \(index)")
    }
  }

  @Test func replacesAFileWithAChangedByte() throws {
    try fill()
    var bytes = try readFile(path(), limit: FilterCacheFile.maximumLength)
    // The first instruction, as one that wants to allow everything.
    bytes.replaceSubrange(48..<56, with: [6, 0, 0, 0, 0, 0, 0xff, 0x7f])
    try write(bytes)
    try expectReplacement()
  }

  @Test(arguments: [0, 1, 47, 80, 100])
  func replacesAFileThatWasCutShort(length: Int) throws {
    try fill()
    try systemCall("truncate") { truncate(self.path(), length) }
    try expectReplacement()
  }

  @Test(arguments: [1, 8, 1 << 20])
  func replacesAFileThatGrew(by count: Int) throws {
    try fill()
    let bytes = try readFile(path(), limit: FilterCacheFile.maximumLength)
    try write(bytes + [UInt8](repeating: 0, count: count))
    try expectReplacement()
  }

  @Test func replacesAHugeFileWithoutReadingIt() throws {
    try fill()
    try systemCall("truncate") { truncate(self.path(), 1 << 40) }
    try expectReplacement()
  }

  @Test func replacesTheFileOfAnotherProfile() throws {
    var open = profile
    open.defaultAction = .allow
    open.syscalls?[0].action = .errno
    let foreign = FilterCacheFile.encode(
      try SeccompFilter(compiling: open), key: FilterCacheKey(open))
    try fill()
    try write(foreign)
    try expectReplacement()
  }

  @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o666] as [mode_t])
  func replacesAFileThatOthersMayUse(mode: mode_t) throws {
    try fill()
    try systemCall("chmod") { chmod(self.path(), mode) }
    try expectReplacement()
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func replacesAFileOfAnotherUser() throws {
    try fill()
    try systemCall("chown") { chown(self.path(), 65534, 65534) }
    try expectReplacement()
  }

  @Test func replacesASymbolicLink() throws {
    try fill()
    try systemCall("rename") { rename(self.path(), self.parent + "/real") }
    try systemCall("symlink") { symlink(self.parent + "/real", self.path()) }
    try expectReplacement()
    #expect(try mode(of: parent + "/real") == S_IFREG | 0o600)
  }

  @Test func replacesAFileWithASecondName() throws {
    try fill()
    try systemCall("link") { link(self.path(), self.parent + "/second") }
    try expectReplacement()
  }

  @Test(.timeLimit(.minutes(1))) func replacesAFIFOWithoutWaitingForIt() throws {
    try fill()
    try systemCall("unlink") { unlink(self.path()) }
    try systemCall("mkfifo") { mkfifo(self.path(), 0o600) }
    try expectReplacement()
  }

  @Test func replacesAFolder() throws {
    try fill()
    try systemCall("unlink") { unlink(self.path()) }
    try makeDirectories(path() + "/deeper", mode: 0o700)
    try expectReplacement()
  }

  @Test(arguments: [0o770, 0o707, 0o777, 0o755] as [mode_t])
  func doesNotUseAFolderThatOthersMayUse(mode: mode_t) throws {
    try fill()
    let bytes = try readFile(path(), limit: FilterCacheFile.maximumLength)
    try systemCall("chmod") { chmod(self.folder, mode) }
    try expectUnused()
    #expect(try readFile(path(), limit: FilterCacheFile.maximumLength) == bytes)
  }

  @Test func doesNotUseALinkedFolder() throws {
    try fill()
    try systemCall("rename") { rename(self.folder, self.parent + "/real") }
    try systemCall("symlink") { symlink(self.parent + "/real", self.folder) }
    try expectUnused()
  }

  // MARK: Bounds

  @Test func keepsTheNewestOfManyFilters() throws {
    var data: [UInt] = []
    for number in 1...UInt(SeccompFilterCache.capacity + 3) {
      var profile = profile
      profile.defaultErrnoRet = number
      _ = try cache.filter(for: profile)
      data.append(number)
      // Times of files are coarse: the order is made plain.
      let seconds = 1_000_000 + Int(number)
      try age(folder + "/" + FilterCacheKey(profile).fileName, to: seconds)
    }
    let expected = data.suffix(SeccompFilterCache.capacity).map { number in
      var profile = profile
      profile.defaultErrnoRet = number
      return FilterCacheKey(profile).fileName
    }
    #expect(try names() == expected.sorted())
  }

  // MARK: Parts

  private func path() -> String { folder + "/" + FilterCacheKey(profile).fileName }

  private func fill() throws { _ = try cache.filter(for: profile) }

  private func write(_ bytes: [UInt8]) throws {
    let file = try openFile(path(), [.writeOnly, .truncate])
    try file.lent.writeAll(bytes)
    try file.close()
  }

  private func names() throws -> [String] {
    let directory = try openFile(folder, [.readOnly, .directory])
    return try directory.lent.entryNames().sorted()
  }

  private func mode(of path: String) throws -> mode_t {
    var status = stat()
    try systemCall("lstat", path) { lstat(path, &status) }
    return status.st_mode
  }

  private func age(_ path: String, to seconds: Int) throws {
    let time = timespec(tv_sec: seconds, tv_nsec: 0)
    try systemCall("utimensat", path) { utimensat(AT_FDCWD, path, [time, time], 0) }
  }

  /// What lies there is not used, and the next time there is a right file in its place.
  private func expectReplacement(sourceLocation: SourceLocation = #_sourceLocation) throws {
    var remarks: [String] = []
    let filter = try cache.filter(for: profile) { remarks.append($0) }
    #expect(filter == (try SeccompFilter(compiling: profile)), sourceLocation: sourceLocation)
    #expect(remarks.count == 1, "\(remarks)", sourceLocation: sourceLocation)
    #expect(try mode(of: path()) == S_IFREG | 0o600, sourceLocation: sourceLocation)
    remarks = []
    let again = try cache.filter(for: profile) { remarks.append($0) }
    #expect(again == filter, sourceLocation: sourceLocation)
    #expect(remarks == [], sourceLocation: sourceLocation)
  }

  private func expectUnused(sourceLocation: SourceLocation = #_sourceLocation) throws {
    var remarks: [String] = []
    let filter = try cache.filter(for: profile) { remarks.append($0) }
    #expect(filter == (try SeccompFilter(compiling: profile)), sourceLocation: sourceLocation)
    #expect(remarks.count == 2, "\(remarks)", sourceLocation: sourceLocation)
  }
}
