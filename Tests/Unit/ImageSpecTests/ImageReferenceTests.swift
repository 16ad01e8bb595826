import ImageSpec
import Testing

@Suite struct ImageReferenceTests {
  @Test(arguments: [
    ("busybox", "docker.io/library/busybox"),
    ("index.docker.io/busybox:1", "docker.io/library/busybox:1"),
    ("user/tool", "docker.io/user/tool"),
    ("localhost/x", "localhost/x"),
    ("localhost:5000/a/b_c--d:V1.2-x", "localhost:5000/a/b_c--d:V1.2-x"),
    ("[::1]:5000/a", "[::1]:5000/a"),
    ("Upper/a", "Upper/a"),
    (
      "quay.io/a@sha256:" + String(repeating: "a", count: 64),
      "quay.io/a@sha256:" + String(repeating: "a", count: 64)
    ),
  ])
  func names(text: String, full: String) throws {
    #expect(try ImageReference(parsing: text).description == full)
  }

  @Test(arguments: [
    "", ":x", "a:", "a b", "-a", "a-", "a..b", "a___b", "a//b", "Abc", "a/B", "a@sha256:12",
    "a.b:x/c",
    "a@sha512:" + String(repeating: "a", count: 128), "a:" + String(repeating: "x", count: 129),
    String(repeating: "a", count: 64), String(repeating: "x", count: 256), "[::1/a", "a:b:c",
    "../../etc", "a/../b", "a@sha256:../../" + String(repeating: "a", count: 58),
  ])
  func refused(text: String) {
    #expect(throws: ImageReferenceError.self) { try ImageReference(parsing: text) }
  }

  @Test func short() throws {
    #expect(try ImageReference.isShort("a/b:1"))
    #expect(try !ImageReference.isShort("a.io/b:1"))
    #expect(try ImageReference(short: "a/b:1", registry: "q.io").description == "q.io/a/b:1")
    #expect(
      try ImageReference(short: "b", registry: "docker.io").description == "docker.io/library/b")
    #expect(try ImageReference(parsing: "b").tagged.familiar == "b:latest")
  }

  @Test(arguments: [
    "", "sha256:", "sha256:" + String(repeating: "A", count: 64), "sha256:../../x",
    "sha256:" + String(repeating: "a", count: 63), "md5:" + String(repeating: "a", count: 32),
  ])
  func badDigests(text: String) { #expect(Digest(text) == nil) }
}
