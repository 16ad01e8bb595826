import StateStore
public import Storage

extension EngineSystem {
  /// Looks for what is not as it has to be in the store.
  ///
  /// - Parameters:
  ///   - isQuick: leaves out the reading of every layer.
  ///   - age: in seconds; layers that nothing needs are found when they are older.
  public func check(isQuick: Bool, unneededAfter age: Int64) throws -> [StoreFinding] {
    try engine.store.check(verifiesContents: !isQuick, unneededAfter: age)
  }

  /// Mends what was found. Containers that go are forgotten by the engine too.
  public func repair(_ findings: [StoreFinding], removesContainers: Bool) throws -> StoreRepair {
    let repair = try engine.store.repair(findings, removesContainers: removesContainers)
    for id in repair.containers {
      try engine.state.remove(kind: ObjectKind.container.rawValue, id: id)
    }
    return repair
  }
}
