import Testing

@testable import Storage

@Suite struct NamesTests {
  @Test(arguments: [
    ("manifest", "manifest"),
    ("sha256:c9d1", "=c2hhMjU2OmM5ZDE="),
    ("manifest-sha256:1", "=bWFuaWZlc3Qtc2hhMjU2OjE="),
    ("..", "=Li4="),
    ("../x", "=Li4veA=="),
    ("Upper", "=VXBwZXI="),
  ])
  func oddNamesOfDataBecomeBase64(_ name: String, _ file: String) {
    #expect(dataFileName(name) == file)
  }

  @Test(arguments: [
    "", "abc", "../../../../../../../../../../../../../../../../../../../../etc/x",
    String(repeating: "A", count: 64), String(repeating: "g", count: 64),
    String(repeating: "a", count: 63) + "/", String(repeating: "0", count: 65),
  ])
  func onlySixtyFourHexadecimalDigitsAreAnID(_ string: String) { #expect(!isObjectID(string)) }

  @Test func layersOfTheSameContentsHaveTheSameID() {
    let first = "e81f3a27ac83d494a4bef7b8fb4753541795249be0389d2443e89fbf81bb6fed"
    #expect(Store.layerID(parent: nil, diffDigest: "sha256:" + first) == first)
    #expect(
      Store.layerID(
        parent: first,
        diffDigest: "sha256:16b26f89f2cc0394fb4e36d2d38f0ed75818155c9f37d8ef2fc08363bc54e668")
        == "f95ca813eae98268c3b0d209f045016dd3dd05f6f4c0296f1fc87a19bd69043d")
  }

  @Test func anImageRemembersItsNames() {
    var image = ImageRecord()
    image.setNames(["a", "b", "a"])
    #expect(image.names == ["a", "b"])
    image.setNames(["c"])
    #expect(image.nameHistory == ["c", "a", "b"])
    image.setNames([])
    #expect(image.names == nil)
    #expect(image.nameHistory == ["c", "a", "b"])
  }
}
