import Testing

@testable import RuntimeCore

/// Requests and answers byte by byte, by the field numbers of CRIU's images/rpc.proto.
@Suite struct CriuMessagesTests {
  @Test func writesTheShortRequests() {
    #expect(CriuRequest(.version).encoded == [0x08, 10])
    #expect(CriuRequest(.notify, isNotifySuccess: true).encoded == [0x08, 6, 0x18, 1])
    #expect(
      CriuRequest(.featureCheck, features: [.memoryTracking, .lazyPages]).encoded
        == [0x08, 9, 0x2a, 4, 0x08, 1, 0x10, 1])
  }

  @Test func writesEveryOption() throws {
    let fields = try optionFields(everything)
    func numbers(_ field: UInt64) -> [UInt64] {
      fields.filter { $0.number == field }.compactMap(\.value.unsigned)
    }
    func texts(_ field: UInt64) -> [String] {
      fields.filter { $0.number == field }.compactMap(\.value.text)
    }
    func inner(_ field: UInt64) throws -> [[String]] {
      try fields.filter { $0.number == field }.map { entry in
        var reader = ProtobufReader(try #require(entry.value.content))
        var parts: [String] = []
        while let part = try reader.next() {
          parts.append(part.value.text ?? "\(part.value.unsigned ?? 0)")
        }
        return parts
      }
    }
    #expect(numbers(1) == [7])
    #expect(numbers(2) == [4242])
    for flag in [3, 4, 5, 6, 7, 8, 12, 15, 16, 18, 24, 26, 46, 48, 50] as [UInt64] {
      #expect(numbers(flag) == [1], "field \(flag)")
    }
    #expect(numbers(9) == [4])
    #expect(texts(10) == ["dump.log"])
    #expect(try inner(11) == [["10.0.0.1", "9876"]])
    #expect(texts(13) == ["/root"])
    #expect(texts(14) == ["../parent"])
    #expect(numbers(17) == [8])
    #expect(try inner(23) == [["/a", "/b"], ["/c", "/d"]])
    #expect(try inner(25) == [["cpu", "/x"], ["", "/y"]])
    #expect(try inner(27) == [["pipe:[5]", "1"]])
    #expect(numbers(34) == [4])
    #expect(texts(37) == ["net[4026]:extRootNetNS"])
    #expect(numbers(38) == [0x4000_0000])
    #expect(try inner(39) == [["ipc", "/run/ipc"]])
    #expect(texts(44) == ["/sys/fs/cgroup/x"])
    #expect(texts(51) == ["/etc/criu/runc.conf"])
    #expect(texts(53) == ["apparmor:x"])
    #expect(texts(63) == ["context"])
  }

  @Test func leavesOutWhatIsNotAskedFor() throws {
    let fields = try optionFields(CriuOptions(imagesDirectory: 3, logFile: "restore.log"))
    #expect(fields.map(\.number) == [1, 9, 10, 12, 24])
  }

  @Test(
    arguments: [
      (.ignore, 0), (.soft, 3), (.full, 4), (.strict, 5), (.criuDefault, 6),
    ] as [(CriuChoices.CgroupsMode, UInt64)])
  func numbersTheCgroupsModes(mode: CriuChoices.CgroupsMode, expected: UInt64) throws {
    var options = CriuOptions(imagesDirectory: 3, logFile: "x")
    options.cgroupsMode = mode
    #expect(try optionFields(options).first { $0.number == 34 }?.value.unsigned == expected)
  }

  @Test func readsAVersion() throws {
    let released = try CriuResponse(decoding: [
      0x08, 10, 0x10, 1, 0x52, 6, 0x08, 3, 0x10, 17, 0x20, 1,
    ])
    #expect(released.kind == .version)
    #expect(released.isSuccess)
    #expect(released.version == CriuVersion(3, 17, 1))
    // With a commit it comes from between two releases, and counts as the next one.
    let built = try CriuResponse(
      decoding: [0x08, 10, 0x10, 1, 0x52, 9, 0x08, 3, 0x10, 17, 0x1a, 3, 0x61, 0x62, 0x63])
    #expect(built.version == CriuVersion(3, 18))
    #expect(CriuVersion(3, 9, 5) < CriuVersion(3, 10))
  }

  @Test func readsNotificationsAndFailures() throws {
    let notification = try CriuResponse(
      decoding: [0x08, 6, 0x10, 1, 0x2a, 7, 0x0a, 2, 0x68, 0x69, 0x10, 0xf4, 0x03])
    #expect(notification.notification == CriuResponse.Notification(script: "hi", processID: 500))
    let failure = try CriuResponse(decoding: [0x08, 1, 0x10, 0, 0x38, 1, 0x4a, 2, 0x6e, 0x6f])
    #expect(!failure.isSuccess)
    #expect(failure.errorNumber == 1)
    #expect(failure.errorMessage == "no")
    let restored = try CriuResponse(decoding: [0x08, 2, 0x10, 1, 0x22, 2, 0x08, 9])
    #expect(restored.restoredProcess == 9)
    let features = try CriuResponse(decoding: [0x08, 9, 0x10, 1, 0x42, 4, 0x08, 1, 0x10, 0])
    #expect(features.features == .memoryTracking)
  }

  @Test(arguments: [[], [0x08, 1], [0x10, 1], [0x08, 6, 0x10, 1, 0x28, 1]] as [[UInt8]])
  func refusesAnAnswerThatLacksAField(bytes: [UInt8]) {
    #expect(throws: ProtobufReader.Malformed.self) { try CriuResponse(decoding: bytes) }
  }

  private var everything: CriuOptions {
    var options = CriuOptions(imagesDirectory: 7, logFile: "dump.log")
    options.workDirectory = 8
    options.root = "/root"
    options.processID = 4242
    options.leaveRunning = true
    options.externalUnixSockets = true
    options.tcpEstablished = true
    options.tcpSkipInFlight = true
    options.shellJob = true
    options.fileLocks = true
    options.linkRemap = true
    options.evasiveDevices = true
    options.pageServer = CheckpointOptions.PageServer("10.0.0.1:9876")
    options.parentImage = "../parent"
    options.trackMemory = true
    options.autoDeduplication = true
    options.lazyPages = true
    options.restoreAsSibling = true
    options.externalMounts = [.init(key: "/a", value: "/b"), .init(key: "/c", value: "/d")]
    options.cgroupRoots = [.init(controller: "cpu", path: "/x"), .init(controller: "", path: "/y")]
    options.inheritedDescriptors = [.init(key: "pipe:[5]", number: 1)]
    options.external = ["net[4026]:extRootNetNS"]
    options.joinedNamespaces = [.init(kind: "ipc", path: "/run/ipc")]
    options.emptyNamespaces = 0x4000_0000
    options.cgroupsMode = .full
    options.freezerCgroup = "/sys/fs/cgroup/x"
    options.orphanTerminalController = true
    options.configurationFile = "/etc/criu/runc.conf"
    options.lsmProfile = "apparmor:x"
    options.lsmMountContext = "context"
    return options
  }
}

/// The fields of `opts` in a request.
func optionFields(_ options: CriuOptions) throws -> [ProtobufReader.Field] {
  var request = ProtobufReader(CriuRequest(.dump, options: options).encoded[...])
  var content: ArraySlice<UInt8>?
  while let field = try request.next() { if field.number == 2 { content = field.value.content } }
  var reader = ProtobufReader(try #require(content))
  var fields: [ProtobufReader.Field] = []
  while let field = try reader.next() { fields.append(field) }
  return fields
}
