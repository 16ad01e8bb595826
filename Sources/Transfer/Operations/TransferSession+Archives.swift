import HelperProtocols

extension TransferSession {
  func load() throws(TransferFailure) -> TransferResult {
    throw TransferFailure(.unsupported, request.source, detail: "load")
  }

  func save() throws(TransferFailure) -> TransferResult {
    throw TransferFailure(.unsupported, request.destination, detail: "save")
  }
}
