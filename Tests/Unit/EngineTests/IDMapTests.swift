import RuntimeSpec
import Testing

@testable import Engine

/// `--uidmap` with its flags, and the mappings of mounts.
@Suite struct IDMapTests {
  /// An ordinary user's namespace: number 1000 of the host is 0, 100000 and up are 1 and up.
  private let parents: [UserMappings.Mapping] = [
    .init(containerID: 0, hostID: 1000, size: 1),
    .init(containerID: 1, hostID: 100_000, size: 65_536),
  ]

  private func maps(_ texts: String..., kind: Character = "u") throws -> [String] {
    try IDMapText.mappings(texts, for: kind, option: "--uidmap", above: parents).map {
      "\($0.containerID):\($0.hostID):\($0.size)"
    }
  }

  @Test func plainMappingsStayAsTheyAre() throws {
    #expect(try maps("0:1:10", "10:0") == ["0:1:10", "10:0:1"])
  }

  @Test func aPlusTakesNumbersAway() throws {
    // podman's own example.
    #expect(try maps("0:0:65000", "+100000:1:1") == ["0:0:1", "2:2:64998", "100000:1:1"])
    #expect(
      try maps("0:0:65000", "+100000:1:1", "1:65001:1")
        == ["0:0:1", "1:65001:1", "2:2:64998", "100000:1:1"])
    #expect(try maps("0:0:10", "+5:100:2") == ["0:0:5", "5:100:2", "7:7:3"])
  }

  @Test func withNothingButPlusTheRestIsFilledUp() throws {
    #expect(try maps("+100000:1:1") == ["0:0:1", "1:2:65535", "100000:1:1"])
    #expect(try maps("+1:0:1") == ["0:1:1", "1:0:1", "2:2:65535"])
  }

  @Test func anAtSignNamesTheHostsNumbers() throws {
    #expect(try maps("5:@1000:1") == ["5:0:1"])
    #expect(try maps("100000:@100010:2") == ["100000:11:2"])
    #expect { try maps("0:@5:1") } throws: { "\($0)".contains("number 5") }
  }

  @Test func lettersChooseUsersOrGroups() throws {
    #expect(try maps("0:0:10", "g20:20:1") == ["0:0:10"])
    #expect(try maps("0:0:10", "g20:20:1", "u30:30:1", kind: "g") == ["0:0:10", "20:20:1"])
    #expect(try maps("ug20:20:1", "+u0:20") == ["0:20:1"])
  }

  @Test(arguments: [
    "", "0", "0:0:0", "a:0:1", "0:0:1:1", "0:-1:1", "x0:0:1", "++0:0:1", "4294967295:0:2", "0:@:1",
  ]) func wrongOnesAreErrors(_ text: String) {
    #expect { try maps(text) } throws: { "\($0)".contains("--uidmap") }
  }

  @Test func numbersAreMappedOnce() {
    #expect { try maps("0:0:10", "5:100:1") } throws: { "\($0)".contains("already") }
    #expect { try maps("0:0:10", "50:5:1") } throws: { "\($0)".contains("already") }
  }

  @Test func mountsHaveMappingsOfTheirOwn() throws {
    let map = try #require(MountIDMap("uids=0-1-10#10-11-10;gids=@0-100-10"))
    #expect(map.users.mappings.map(\.hostID) == [1, 11])
    let users: [MountIDMap.Mapping] = [.init(containerID: 0, hostID: 5000, size: 1000)]
    #expect(map.users.resolved(users).map(\.hostID) == [1, 11])
    #expect(map.groups.resolved(users).map(\.hostID) == [5100])
    for wrong in ["", "uids=0-1-10", "uids=0-1;gids=0-1-1", "uids=a-b-c;gids=0-1-1", "x=0-1-1"] {
      #expect(MountIDMap(wrong) == nil, "\(wrong)")
    }
  }
}
