import EngineConfig
public import HelperProtocols
import ImageSpec

/// What is done with registries as such: logging in, searching. An engine's service.
public struct Registries {
  let engine: ContainerEngine

  /// The registries that short names are looked for in.
  public var searched: [String] {
    get throws { try engine.images.registriesConf().searchRegistries }
  }

  /// Tries credentials, and keeps them where they are right.
  ///
  /// - Parameter registry: a host, or a repository at one.
  /// - Returns: the user, and where the credentials are kept, if they were given here.
  public func logIn(
    _ registry: String, _ options: TransferOptions
  ) throws -> (user: String, place: String?) {
    let words = try run(.login, registry, options).words
    return (words.first ?? "", words.dropFirst().first)
  }

  /// Forgets credentials.
  public func logOut(_ registry: String, _ options: TransferOptions) throws {
    _ = try run(.logout, registry, options)
  }

  /// Forgets all credentials.
  public func logOutOfAll(_ options: TransferOptions) throws {
    var options = options
    options.choice.all = true
    _ = try run(.logout, "", options)
  }

  /// As whom one is logged in.
  public func currentUser(_ registry: String, _ options: TransferOptions) throws -> String {
    try run(.currentLogin, registry, options).words.first ?? ""
  }

  /// Looks for repositories by a word.
  ///
  /// - Parameters:
  ///   - term: perhaps with a registry in front; else the search registries are asked.
  ///   - limit: the most hits of each registry.
  public func search(
    _ term: String, limit: Int, _ options: TransferOptions
  ) throws -> [SearchHit] {
    var request = try engine.images.request(.search, options)
    var search = SearchRequest(term: term)
    search.limit = limit
    if let slash = term.firstIndex(of: "/"),
      term[..<slash].contains(where: { ".:".contains($0) })
        || term.hasPrefix("localhost/")
    {
      search.registries = [String(term[..<slash])]
      search.term = String(term[term.index(after: slash)...])
    } else {
      search.registries = try searched
    }
    guard !search.registries.isEmpty else {
      throw EngineError.nothingToDo(
        "no registry to search: please name one, as in docker.io/\(term), or list some in "
          + "unqualified-search-registries of registries.conf")
    }
    request.search = search
    return try TransferProcess.run(request, engine.configuration, report: options.report).hits
  }

  /// The tags of a repository.
  public func tags(_ repository: String, _ options: TransferOptions) throws -> [String] {
    try run(.tags, repository, options).words
  }

  private func run(
    _ operation: TransferRequest.Operation, _ source: String, _ options: TransferOptions
  ) throws -> TransferResult {
    var request = try engine.images.request(operation, options)
    request.source = source
    request.store = nil
    return try TransferProcess.run(request, engine.configuration, report: options.report)
  }
}

extension ContainerEngine {
  /// Registries: log in and out, search.
  public var registries: Registries { Registries(engine: self) }
}
