/// What a listing found: all that can be read, and what cannot, so that one damaged object never
/// hides the others.
public struct Listing<Item> {
  public var items: [Item]
  public var damaged: [DamagedRecord]

  public init(items: [Item] = [], damaged: [DamagedRecord] = []) {
    self.items = items
    self.damaged = damaged
  }
}

extension Listing: Sendable where Item: Sendable {}

/// A record that cannot be read.
public struct DamagedRecord: Equatable, Sendable {
  /// The file in which it stands.
  public var path: String
  /// Its id, where that much can be read.
  public var id: String?
  public var reason: String
}
