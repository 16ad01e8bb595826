extension NetworkService {
  /// Does something in the namespace that all of a user's bridges share.
  func inSharedNamespace<Result>(
    _ body: () throws(NetworkError) -> Result
  ) throws(NetworkError) -> Result {
    try body()
  }
}
