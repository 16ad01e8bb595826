import ImageSpec
import JSON
import Testing

@Suite struct ManifestTests {
  let digest = "sha256:" + String(repeating: "0", count: 64)

  func blob(_ type: String) -> String {
    #"{"mediaType":"\#(type)","digest":"\#(digest)","size":5}"#
  }

  @Test func unknownMembersAreKept() throws {
    let text =
      #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":\#(blob("a")),"layers":[\#(blob("b"))],"x":{"n":1.50,"a":[null,true]}}"#
    guard case .image(let manifest) = try ManifestDocument(parsing: Array(text.utf8)) else {
      Issue.record("no image")
      return
    }
    #expect(manifest.layers.first?.size == 5)
    #expect(String(decoding: try JSONWriter().write(manifest), as: UTF8.self) == text)
  }

  @Test func twoReadingsAreRefused() {
    let both = #"{"schemaVersion":2,"config":\#(blob("a")),"layers":[],"manifests":[]}"#
    #expect(throws: ManifestError.ambiguous) { try ManifestDocument(parsing: Array(both.utf8)) }
    let list = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[]}"#
    #expect(throws: ManifestError.contradicting(own: .ociIndex, delivered: .dockerList)) {
      try ManifestDocument(parsing: Array(list.utf8), mediaType: .dockerList)
    }
    let liar = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","manifests":[]}"#
    #expect(throws: ManifestError.ambiguous) { try ManifestDocument(parsing: Array(liar.utf8)) }
    #expect(throws: ManifestError.schema1) {
      try ManifestDocument(parsing: Array(#"{"schemaVersion":1}"#.utf8))
    }
  }

  @Test(arguments: [#""digest":"sha256:x","size":1"#, #""size":1"#, #""digest":"D","size":-1"#])
  func badDescriptors(members: String) {
    let members = members.replacing("D", with: digest)
    let text = #"{"schemaVersion":2,"config":{"mediaType":"a",\#(members)},"layers":[]}"#
    #expect(throws: ManifestError.self) { try ManifestDocument(parsing: Array(text.utf8)) }
  }

  @Test func platforms() throws {
    func entry(_ platform: String) throws -> Descriptor {
      let digest = try #require(Digest(hex: String(repeating: "0", count: 64)))
      var descriptor = Descriptor(mediaType: .ociManifest, digest: digest, size: 0)
      descriptor.platform = Platform(parsing: platform)
      return descriptor
    }
    let index = ImageIndex(
      .oci,
      manifests: try ["linux/amd64", "linux/arm/v6", "linux/arm/v7", "linux/arm64/v8"].map(entry))
    func chosen(_ text: String) throws -> String? {
      index.manifest(for: try #require(Platform(parsing: text)))?.platform?.description
    }
    #expect(try chosen("linux/x86_64") == "linux/amd64")
    #expect(try chosen("linux/arm64") == "linux/arm64/v8")
    #expect(try chosen("linux/arm/v8") == "linux/arm/v7")
    #expect(try chosen("linux/arm/v6") == "linux/arm/v6")
    #expect(try chosen("linux/arm") == "linux/arm/v7")
    #expect(try chosen("linux/s390x") == nil)
  }

  @Test func configuration() throws {
    let text =
      #"{"architecture":"amd64","config":{"User":"","ExposedPorts":{"80/tcp":{}},"Env":["A=b"],"Cmd":null,"Volumes":{"/v":{}},"Healthcheck":{"Test":["NONE"]},"X":1},"os":"linux","rootfs":{"type":"layers","diff_ids":null},"container":"abc"}"#
    let configuration = try ImageConfiguration(parsing: Array(text.utf8))
    #expect(configuration.config?.user == nil)
    #expect(configuration.config?.exposedPorts == ["80/tcp"])
    #expect(configuration.config?.volumes == ["/v"])
    #expect(configuration.config?.healthcheck?.test == ["NONE"])
    #expect(configuration.rootfs.diffIDs == [])
    let written = String(decoding: try JSONWriter().write(configuration), as: UTF8.self)
    #expect(written.hasSuffix(#","container":"abc"}"#))
    #expect(written.contains(#""X":1"#))
  }
}
