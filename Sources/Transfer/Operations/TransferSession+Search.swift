import EngineConfig
import HTTPClient
import HelperProtocols
import ImageSpec
import JSON

extension TransferSession {
  /// The tags of a repository, page by page.
  func tags() throws(TransferFailure) -> TransferResult {
    let reference: ImageReference
    do { reference = try ImageReference(parsing: request.source) } catch {
      throw TransferFailure(.invalidName, request.source, detail: "\(error)")
    }
    let isInsecure = try registriesConf().entry(for: reference.name)?.isInsecure ?? false
    let client = try client(host: reference.registry, isInsecure: isInsecure)
    let scope = RegistryScope(repository: reference.repository)
    var result = TransferResult()
    try client.pages("\(reference.repository)/tags/list", scope, subject: reference.name) { page in
      result.words += (page["tags"]?.elements ?? []).compactMap(\.string)
      return result.words.count < 100_000
    }
    return result
  }

  /// Asks every registry of the request. A failure of one is told, and the others are asked all the same.
  func search() throws(TransferFailure) -> TransferResult {
    guard let search = request.search else { throw TransferFailure(.request, "search") }
    var result = TransferResult()
    var failures: [TransferFailure] = []
    for registry in search.registries {
      do throws(TransferFailure) { result.hits += try hits(registry, search) } catch {
        failures.append(error)
        warn("\(error)")
      }
    }
    if let first = failures.first, failures.count == search.registries.count { throw first }
    return result
  }

  private func hits(
    _ registry: String, _ search: SearchRequest
  ) throws(TransferFailure) -> [SearchHit] {
    let host = registry == "docker.io" ? "index.docker.io" : registry
    let isInsecure = try registriesConf().entry(for: registry)?.isInsecure ?? false
    let client = try client(host: host, isInsecure: isInsecure)
    let query = "q=\(percentEncoded(search.term))&n=\(search.limit)"
    let address = try client.address("").resolving("/v1/search?" + query)
    if let address,
      let answer = try? client.perform(
        "GET", address, scope: nil, subject: search.term, accepted: [200, 404, 401, 403, 405]),
      answer.head.status == 200,
      let tree = try? JSONReader().read(JSONTree.self, from: answer.body),
      let found = tree["results"]?.elements
    {
      return found.prefix(search.limit).compactMap { entry in
        guard let name = entry["name"]?.string else { return nil }
        var hit = SearchHit(index: registry, name: "\(registry)/\(fullName(name, registry))")
        hit.description = printable(entry["description"]?.string ?? "")
        hit.stars = entry["star_count"]?.integer ?? 0
        hit.isOfficial = entry["is_official"] == .bool(true)
        hit.isAutomated = entry["is_automated"] == .bool(true)
        return hit
      }
    }
    // A registry of today has no search, but a catalogue.
    var hits: [SearchHit] = []
    try client.pages("_catalog", nil, subject: registry) { page in
      for name in (page["repositories"]?.elements ?? []).compactMap(\.string)
      where name.contains(search.term) && hits.count < search.limit {
        hits.append(SearchHit(index: registry, name: "\(registry)/\(name)"))
      }
      return hits.count < search.limit
    }
    return hits
  }

  private func fullName(_ name: String, _ registry: String) -> String {
    registry == "docker.io" && !name.contains("/") ? "library/" + name : name
  }
}

extension RegistryClient {
  /// Reads a list that comes in pages: RFC 8288's `Link` leads to the next.
  ///
  /// - Parameter take: takes a page, and says whether to go on.
  func pages(
    _ path: String, _ scope: RegistryScope?, subject: String, _ take: (JSONTree) -> Bool
  ) throws(TransferFailure) {
    var address = try address(path)
    for _ in 0..<1000 {
      let response = try perform("GET", address, scope: scope, subject: subject, accepted: [200])
      guard let page = try? JSONReader().read(JSONTree.self, from: response.body) else {
        throw TransferFailure(.unexpectedAnswer, subject, host: host, detail: "no list")
      }
      guard take(page), let link = response.head["link"], link.contains("rel=\"next\""),
        let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end,
        let next = address.resolving(String(link[link.index(after: start)..<end])),
        next.isSameServer(as: address)
      else { return }
      address = next
    }
  }
}
