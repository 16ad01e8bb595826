public import EngineConfig
public import JSON

/// A store as one program names it to another: `StoreOptions` as JSON.
public struct StorePlace: JSONObject, Sendable, Equatable {
  public var options: StoreOptions

  public init(_ options: StoreOptions) { self.options = options }

  public static var blank: StorePlace { StorePlace(StoreOptions(graphRoot: "", runRoot: "")) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("driver", &options.driver)
    try object.member("driverPriority", &options.driverPriority)
    try object.member("graphRoot", &options.graphRoot)
    try object.member("runRoot", &options.runRoot)
    try object.member("imageStore", &options.imageStore)
    try object.member("additionalImageStores", &options.additionalImageStores)
    try object.member("isTransient", &options.isTransient)
    try object.member("disablesVolatile", &options.disablesVolatile)
    try object.member("isRootless", &options.isRootless)
    try object.member("mountProgram", &options.overlay.mountProgram)
    try object.member("mountOptions", &options.overlay.mountOptions)
    try object.member("size", &options.overlay.size)
    try object.member("inodes", &options.overlay.inodes)
    try object.member("skipsMountOfHome", &options.overlay.skipsMountOfHome)
    try object.member("ignoresOwnerErrors", &options.overlay.ignoresOwnerErrors)
    try object.member("syncsFileSystem", &options.overlay.syncsFileSystem)
    try object.member("vfsIgnoresOwnerErrors", &options.vfs.ignoresOwnerErrors)
    try object.member("vfsSyncsFileSystem", &options.vfs.syncsFileSystem)
    try object.member("pullOptions", &options.pullOptions)
  }
}
