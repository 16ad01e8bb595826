import EngineConfig
import HTTPClient
import HelperProtocols
import ImageSpec
import LinuxSystem
import SystemPackage

/// The place beside a registry where signatures of its images are kept, as files with numbers:
/// containers-registries.d(5) and the "separate storage" of the signature protocols.
struct SignatureLookaside {
  private enum Place {
    case folder(String)
    case web(WebAddress)
  }

  private let place: Place
  private let repository: String
  /// More than anybody makes; a server that never says 404 is not read for ever.
  private static let most = 128

  /// - Parameters:
  ///   - address: `file:///…`, `https://…` or `http://…`.
  ///   - reference: whose signatures.
  init(_ address: String, _ reference: ImageReference) throws(TransferFailure) {
    var text = address[...]
    while text.last == "/" { text.removeLast() }
    if text.hasPrefix("file:///") {
      place = .folder(String(text.dropFirst(7)))
    } else if let web = WebAddress(String(text)) {
      place = .web(web)
    } else {
      throw TransferFailure(
        .configuration, "registries.d",
        detail:
          "\"\(printable(address))\" is no file:///, https:// or http:// address of signatures")
    }
    repository = reference.repository
  }

  /// Where the signatures of images are that no file says anything of.
  static func standard(_ session: TransferSession) -> String {
    guard session.access.uid != 0, let home = session.environment["HOME"], !home.isEmpty else {
      return "file:///var/lib/containers/sigstore"
    }
    return "file://\(home)/.local/share/containers/sigstore"
  }

  private func folder(_ digest: Digest) -> String { "\(repository)@sha256=\(digest.hex)" }

  /// All signatures of a manifest.
  ///
  /// - Parameter client: of the registry, whose certificates and proxies hold here too.
  func read(_ digest: Digest, _ client: RegistryClient) throws(TransferFailure) -> [ImageSignature]
  {
    var found: [ImageSignature] = []
    for number in 1...Self.most {
      let name = "\(folder(digest))/signature-\(number)"
      let bytes: [UInt8]
      switch place {
      case .folder(let root):
        do { bytes = try readRegularFile("\(root)/\(name)", limit: manifestLimit) } catch {
          if error.errno == .noSuchFileOrDirectory { return found }
          throw TransferFailure(.system, "\(root)/\(name)", detail: "\(error)")
        }
      case .web(let root):
        guard let address = WebAddress("\(root.text)/\(name)") else { return found }
        guard let body = try client.open(address, subject: "signature \(number)") else {
          return found
        }
        bytes = body
      }
      // What is none is passed over: it may be a form that comes later.
      if let signature = ImageSignature(blob: bytes) { found.append(signature) }
    }
    return found
  }

  /// Adds a signature behind those that are there.
  ///
  /// - Returns: its path; nil where the very same is there.
  @discardableResult
  func add(_ signature: ImageSignature, of digest: Digest) throws(TransferFailure) -> String? {
    guard case .folder(let root) = place else {
      throw TransferFailure(
        .signing,
        detail:
          "signatures can be written to file:/// addresses only; please set lookaside-staging "
          + "in registries.d")
    }
    let path = "\(root)/\(folder(digest))"
    do {
      try makeDirectories(path, mode: 0o755)
      let directory = try openFile(path, [.readOnly, .directory])
      for number in 1...Self.most {
        let name = "signature-\(number)"
        if let old = try? readRegularFile("\(path)/\(name)", limit: manifestLimit) {
          if old == signature.blob { return nil }
          continue
        }
        try directory.lent.replaceFile(name, contents: signature.blob, mode: 0o644, durable: true)
        return "\(path)/\(name)"
      }
    } catch { throw TransferFailure(store: error, path) }
    throw TransferFailure(.signing, detail: "\(path) has \(Self.most) signatures already")
  }
}

extension RegistryClient {
  /// The contents of a web address that needs no login; nil where there is nothing.
  func open(_ address: WebAddress, subject: String) throws(TransferFailure) -> [UInt8]? {
    var address = address
    var redirects = 0
    while true {
      let response: HTTPResponse
      do {
        response = try session.loop.perform(request("GET", address), limit: manifestLimit)
      } catch { throw TransferFailure(error, subject, host: address.host) }
      switch response.head.status {
      case 200: return response.body
      case 404: return nil
      case 301, 302, 303, 307, 308:
        redirects += 1
        address = try redirect(response.head, from: address, subject: subject, count: redirects)
      default: throw TransferFailure(response, subject, host: address.host)
      }
    }
  }
}
