public import JSON

/// What the engine asks of `podman-transfer`: one document.
///
/// The engine starts `podman-transfer REQUEST`, the number of an inherited descriptor from which this
/// document is read to its end; standard input stays free for an archive. The program answers with
/// lines of JSON on standard output, each a `TransferEvent`, the last of which is a result or a failure.
public struct TransferRequest: JSONObject, Sendable, Equatable {
  /// What is to be done.
  public enum Operation: String, CaseIterable, JSONValue, Sendable {
    /// Copies an image, or a list of them, from one place to another.
    case copy
    /// Copies every image of an archive or folder into the store.
    case load
    /// Copies images of the store into one archive or folder.
    case save
    /// Reads a manifest as it is.
    case inspect
    /// Lists the tags of a repository.
    case tags
    /// Searches registries.
    case search
    /// Tries credentials at a registry and remembers them.
    case login
    /// Forgets credentials.
    case logout
    /// Says as whom one is logged in.
    case currentLogin
    /// Signs images that registries have, in a folder of signatures.
    case sign
    /// Writes a file of the web to `output`.
    case fetch
  }

  public var operation: Operation
  /// The store that an image comes from or goes to.
  public var store: StorePlace?
  public var access = RegistryAccess()
  /// `docker://NAME`, `oci:PATH[:TAG]`, `oci-archive:PATH[:TAG]`, `docker-archive:PATH[:NAME|:@INDEX]`,
  /// `dir:PATH`, `containers-storage:NAME or ID`, `docker-daemon:NAME or ID`; for `load` also a path
  /// alone or an address of the web; for login, logout and tags a registry or a repository; for `fetch` an
  /// address of the web.
  public var source = ""
  /// Where to; a path that is `/dev/stdout` or empty means `output`.
  public var destination = ""
  /// Names that an image gets in the store or in an archive beside its own.
  public var names: [String] = []
  public var images = ImageChoice()
  public var writing = ImageWriting()
  /// The images that `save` writes.
  public var saved: [SavedImage] = []
  /// For `search`: the word; for `login`: nothing.
  public var search: SearchRequest?
  /// An inherited descriptor that an archive or a file is written to.
  public var output: Int32?

  public init(_ operation: Operation) { self.operation = operation }

  public static var blank: TransferRequest { TransferRequest(.copy) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("operation", &operation)
    try object.member("store", &store)
    try object.member("access", &access)
    try object.member("source", &source)
    try object.member("destination", &destination)
    try object.member("names", &names)
    try object.member("images", &images)
    try object.member("writing", &writing)
    try object.member("saved", &saved)
    try object.member("search", &search)
    try object.member("output", &output)
  }
}

/// How registries are spoken to.
public struct RegistryAccess: JSONObject, Sendable, Equatable {
  /// The file with credentials in place of the usual ones.
  public var authFile: String?
  /// Whether that file is Docker's, which keeps whole URLs as keys.
  public var isDockerAuthFile: Bool?
  /// `user:password` in place of those of any file.
  public var user: String?
  public var password: String?
  /// A folder with certificates in place of certs.d's.
  public var certificateFolder: String?
  /// Whether servers have to prove who they are; nil leaves it to registries.conf.
  public var verifiesTLS: Bool?
  /// How often a transfer that failed for a moment is tried again.
  public var retries: Int?
  /// Milliseconds before the first of these; nil doubles a second each time.
  public var retryDelay: Int?
  /// A policy.json in place of the usual one.
  public var policyFile: String?
  /// A folder in place of the usual registries.d.
  public var registriesFolder: String?
  /// The user on the host for whom this is, also inside a user namespace of theirs.
  public var uid: UInt32 = 0

  public init() {}

  public static var blank: RegistryAccess { RegistryAccess() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("authFile", &authFile)
    try object.member("isDockerAuthFile", &isDockerAuthFile)
    try object.member("user", &user)
    try object.member("password", &password)
    try object.member("certificateFolder", &certificateFolder)
    try object.member("verifiesTLS", &verifiesTLS)
    try object.member("retries", &retries)
    try object.member("retryDelay", &retryDelay)
    try object.member("policyFile", &policyFile)
    try object.member("registriesFolder", &registriesFolder)
    try object.member("uid", &uid)
  }
}

/// Which image of a list is meant.
public struct ImageChoice: JSONObject, Sendable, Equatable {
  /// Every one, and the list itself.
  public var all = false
  /// The list alone: the destination has its images.
  public var listOnly = false
  public var os: String?
  public var architecture: String?
  public var variant: String?

  public init() {}

  public static var blank: ImageChoice { ImageChoice() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("all", &all)
    try object.member("listOnly", &listOnly)
    try object.member("os", &os)
    try object.member("architecture", &architecture)
    try object.member("variant", &variant)
  }
}

/// In which form an image is written.
public struct ImageWriting: JSONObject, Sendable, Equatable {
  /// `oci`, `docker`; nil keeps what the image has where the destination takes it.
  public var format: String?
  /// `gzip`, `zstd`, `none`; nil is the destination's habit.
  public var compression: String?
  public var compressionLevel: Int?
  /// Whether layers that are compressed in another way are compressed anew.
  public var forcesCompression = false
  /// Compressions in which a list is to have each of its images too.
  public var addedCompressions: [String] = []
  /// How many layers are copied at once; nil is the destination's habit.
  public var parallelCopies: Int?
  /// Whether signatures are left behind.
  public var removesSignatures = false
  /// A GnuPG key to sign with.
  public var signBy: String?
  /// A file with a private key of cosign's to sign with.
  public var sigstoreKey: String?
  /// A file that says how cosign's signatures are made.
  public var sigstoreParameters: String?
  /// A file whose first line opens the private key.
  public var passphraseFile: String?
  /// What opens the private key, as it was typed.
  public var passphrase: String?

  public init() {}

  public static var blank: ImageWriting { ImageWriting() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("format", &format)
    try object.member("compression", &compression)
    try object.member("compressionLevel", &compressionLevel)
    try object.member("forcesCompression", &forcesCompression)
    try object.member("addedCompressions", &addedCompressions)
    try object.member("parallelCopies", &parallelCopies)
    try object.member("removesSignatures", &removesSignatures)
    try object.member("signBy", &signBy)
    try object.member("sigstoreKey", &sigstoreKey)
    try object.member("sigstoreParameters", &sigstoreParameters)
    try object.member("passphraseFile", &passphraseFile)
    try object.member("passphrase", &passphrase)
  }
}

/// An image that is saved, with the names that it has in the archive.
public struct SavedImage: JSONObject, Sendable, Equatable {
  public var id: String
  public var names: [String]

  public init(id: String, names: [String]) {
    self.id = id
    self.names = names
  }

  public static var blank: SavedImage { SavedImage(id: "", names: []) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &id)
    try object.member("names", &names)
  }
}

/// What registries are searched for.
public struct SearchRequest: JSONObject, Sendable, Equatable {
  public var term: String
  /// Hosts to ask.
  public var registries: [String] = []
  /// The most hits of each of them.
  public var limit = 25

  public init(term: String) { self.term = term }

  public static var blank: SearchRequest { SearchRequest(term: "") }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("term", &term)
    try object.member("registries", &registries)
    try object.member("limit", &limit)
  }
}
