public import HelperProtocols

extension TransferSession {
  /// Does what the request asks for.
  public func run() throws(TransferFailure) -> TransferResult {
    switch request.operation {
    case .copy: return try copy()
    case .load: return try load()
    case .save: return try save()
    case .inspect: return try inspect()
    case .tags: return try tags()
    case .search: return try search()
    case .login: return try login()
    case .logout: return try logout()
    case .currentLogin: return try currentLogin()
    case .sign: return try sign()
    case .fetch: return try fetch()
    }
  }
}
