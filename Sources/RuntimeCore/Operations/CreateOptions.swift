/// What the caller of `create` and `run` decides, beside the bundle's config.json.
public struct CreateOptions: Sendable {
  /// The bundle's folder; relative to the current one unless absolute.
  public var bundle = "."
  /// The Unix socket that receives the controlling end of the container's terminal.
  public var consoleSocket: String?
  /// The file that receives the first process's number.
  public var pidFile: String?
  /// The Unix socket that receives a pidfd of the first process.
  public var pidfdSocket: String?
  /// Whether the runtime leaves the container to run by itself.
  public var isDetached = false
  /// Whether the root is changed without pivot_root(2), as on an initramfs.
  public var noPivot = false
  /// Whether the container keeps the session keyring of the caller.
  public var noNewKeyring = false
  /// Whether orphans of the container become the runtime's children while it waits.
  public var isSubreaper = true
  /// Whether `run` leaves the container's folder and cgroups when the process has ended.
  public var keep = false
  /// How many descriptors above standard error, and above those of LISTEN_FDS, the container gets.
  public var preservedDescriptors = 0

  public init() {}
}
