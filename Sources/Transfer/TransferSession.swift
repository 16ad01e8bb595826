import EngineConfig
import HTTPClient
public import HelperProtocols
import JSON
import LinuxSystem
import Storage
import SystemPackage

/// All that one request has at hand: the loop, the configuration, the store, and who is told.
public final class TransferSession {
  let request: TransferRequest
  let environment: [String: String]
  let loop: EventLoop
  /// How layers are written: as the request says, but while another compression is added.
  var writing: ImageWriting
  private let tell: (TransferEvent) -> Void
  private var readConf: RegistriesConf?
  private var readStores: SignatureStores?
  private var openedStore: Store?
  private var clients: [String: RegistryClient] = [:]

  /// - Parameter tell: takes every event but the last.
  public init(
    _ request: TransferRequest, environment: [String: String],
    tell: @escaping (TransferEvent) -> Void
  ) throws(TransferFailure) {
    do throws(HTTPError) { loop = try EventLoop() } catch {
      throw TransferFailure(error, host: "")
    }
    self.request = request
    writing = request.writing
    self.environment = environment
    self.tell = tell
  }

  var access: RegistryAccess { request.access }

  func report(_ event: TransferEvent) { tell(event) }

  func warn(_ text: String) {
    var event = TransferEvent(.warning)
    event.text = text
    report(event)
  }

  /// A transfer that has not begun.
  func transfer(
    _ request: HTTPRequest, _ subject: String, host: String
  ) throws(TransferFailure) -> HTTPTransfer {
    do throws(HTTPError) { return try HTTPTransfer(request) } catch {
      throw TransferFailure(error, subject, host: host)
    }
  }

  /// registries.conf.
  func registriesConf() throws(TransferFailure) -> RegistriesConf {
    if let readConf { return readConf }
    let files = RegistriesConf.files(environment: environment, uid: access.uid)
    do {
      let conf = try RegistriesConf(reading: files)
      readConf = conf
      return conf
    } catch { throw TransferFailure(.configuration, detail: "\(error)") }
  }

  /// registries.d.
  func signatureStores() throws(TransferFailure) -> SignatureStores {
    if let readStores { return readStores }
    do {
      let stores = try SignatureStores(
        readingFolder: access.registriesFolder ?? SignatureStores.folder(environment: environment))
      readStores = stores
      return stores
    } catch { throw TransferFailure(.configuration, detail: "\(error)") }
  }

  /// The store of the request.
  func store() throws(TransferFailure) -> Store {
    if let openedStore { return openedStore }
    guard let place = request.store else {
      throw TransferFailure(.request, detail: "the request names no store")
    }
    do {
      let store = try Store.open(place.options)
      openedStore = store
      return store
    } catch { throw TransferFailure(store: error) }
  }

  /// The client for a host, which keeps its tokens and connections.
  ///
  /// - Parameter isInsecure: what registries.conf says, unless the request says otherwise.
  func client(host: String, isInsecure: Bool) throws(TransferFailure) -> RegistryClient {
    let insecure = access.verifiesTLS.map { !$0 } ?? isInsecure
    let key = "\(host) \(insecure)"
    if let client = clients[key] { return client }
    let client = try RegistryClient(self, host: host, isInsecure: insecure)
    clients[key] = client
    return client
  }
}

extension TransferFailure {
  /// A failure of the store or the system below it.
  init(store error: any Error, _ subject: String = "") {
    switch error {
    case let failure as TransferFailure: self = failure
    case let error as SystemError:
      self.init(
        error.errno == .noSpace || error.errno == .diskQuotaExceeded ? .diskFull : .system, subject,
        detail: "\(error)")
    default: self.init(.store, subject, detail: "\(error)")
    }
  }
}
