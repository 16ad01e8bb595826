import LinuxSystem
import SystemPackage
import Testing

@Suite struct DescriptorPassingTests {
  private static func pair(
    _ kind: SocketKind
  ) throws -> (SharedDescriptor, SharedDescriptor) {
    var pair = try SocketPair(kind)
    return (try shared(pair.first.take()), try shared(pair.second.take()))
  }

  @Test(arguments: [SocketKind.stream, .sequencedPacket, .datagram])
  func bytesAndDescriptorsArriveTogether(kind: SocketKind) throws {
    let (ours, theirs) = try Self.pair(kind)
    var pipe = try Pipe()
    let writing = try shared(pipe.writing.take())
    try ours.lent.send([1, 2, 3], with: [writing.lent, writing.lent])
    let message = try theirs.lent.receive(bytes: 16, descriptors: 2)
    #expect(message.bytes == [1, 2, 3])
    #expect(message.descriptors.count == 2)
    try message.descriptors[1].lent.writeAll([9])
    var byte: [UInt8] = [0]
    let reading = try shared(pipe.reading.take())
    #expect(try byte.withUnsafeMutableBytes { try reading.lent.read(into: $0) } == 1)
    #expect(byte == [9])
  }

  @Test func bytesAloneArriveAlone() throws {
    let (ours, theirs) = try Self.pair(.stream)
    try ours.lent.send([7], with: [])
    let message = try theirs.lent.receive(bytes: 16, descriptors: 1)
    #expect(message.bytes == [7] && message.descriptors.isEmpty)
  }

  @Test(arguments: [0, 1, 2])
  func moreDescriptorsThanAllowedAreAnError(maximum: Int) throws {
    let (ours, theirs) = try Self.pair(.stream)
    try ours.lent.send([7], with: [ours.lent, ours.lent, ours.lent])
    #expect {
      try theirs.lent.receive(bytes: 16, descriptors: maximum)
    } throws: {
      ($0 as? SystemError)?.errno == .messageTooLong
    }
  }

  @Test func theEndIsNoBytes() throws {
    var pair = try SocketPair(.stream)
    let theirs = try shared(pair.second.take())
    pair.first = nil
    #expect(try theirs.lent.receive(bytes: 16, descriptors: 1).bytes.isEmpty)
  }
}
