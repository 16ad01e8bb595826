// The entry of libFuzzer: see Scripts/fuzz.
import EngineConfig
import ImageSpec
import JSON

@testable import Transfer

/// The first byte chooses what the others are.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  guard size > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data, count: size).dropFirst())
  let text = String(decoding: bytes, as: UTF8.self)
  // An error is what bad input is to give.
  switch data[0] % 11 {
  case 0: try? manifest(bytes)
  case 1: try? reference(text)
  case 2: try? credentials(bytes)
  case 3:
    for one in AuthenticationChallenge.parse(text) { _ = WebAddress(one.parameters["realm"] ?? "") }
  case 4: try? registries(bytes)
  case 5: _ = try? TrustPolicy(bytes, "policy.json")
  case 6: signature(bytes)
  case 7: try? stores(bytes)
  case 8: addresses(text)
  case 9:
    for image in (try? JSONReader().read([DockerArchiveImage].self, from: bytes)) ?? [] {
      _ = try? image.names?.map { try ImageReference(parsing: $0).tagged }
    }
  default: _ = try? ImageConfiguration(parsing: bytes)
  }
  return 0
}

private func manifest(_ bytes: [UInt8]) throws {
  switch try RawManifest(bytes).document("fuzz") {
  case .image(let image): _ = try JSONWriter().write(image)
  case .index(let index):
    _ = index.manifest(for: .host)
    _ = try JSONWriter().write(index)
  }
}

private func reference(_ text: String) throws {
  _ = try? PlaceName(text)
  _ = try? ImageReference.isShort(text)
  let reference = try ImageReference(parsing: text)
  let again = try ImageReference(parsing: reference.description)
  precondition(again == reference, "a name is not what it is written as")
  _ = (reference.scopes, reference.familiar)
}

private func credentials(_ bytes: [UInt8]) throws {
  let file = try AuthFile(bytes, path: "auth.json")
  for key in file.keys { _ = file.credentials([key]) }
  _ = (file.hostsWithHelpers, file.helper(for: "a.example"))
}

private func registries(_ bytes: [UInt8]) throws {
  var conf = RegistriesConf()
  try conf.take(text: bytes, path: "registries.conf")
  for name in ["a.example/b:c", "docker.io/library/box"] {
    _ = try? conf.pullSources(for: try ImageReference(parsing: name))
  }
  _ = try? conf.resolve("box:1", learnt: LearntAliases(), hasTerminal: false)
}

private func signature(_ bytes: [UInt8]) {
  if let signature = ImageSignature(blob: bytes) {
    precondition(ImageSignature(blob: signature.blob) == signature, "a signature has changed")
  }
  _ = SignaturePayload(bytes, .simple)
  _ = SignaturePayload(bytes, .sigstore)
}

private func stores(_ bytes: [UInt8]) throws {
  var stores = SignatureStores()
  try stores.take(bytes, "a.yaml")
  let name = try ImageReference(parsing: "a.example:5000/b/c:d")
  _ = (stores.lookaside(for: name), stores.staging(for: name), stores.usesAttachments(for: name))
}

private func addresses(_ text: String) {
  guard let address = WebAddress(text) else { return }
  precondition(WebAddress(address.text) == address, "an address is not what it is written as")
  _ = address.isSameDomain(as: address)
  _ = address.resolving(text)
  _ = ProxyEnvironment(environment: ["NO_PROXY": text, "HTTP_PROXY": "http://p"]).proxy(
    for: address)
}
