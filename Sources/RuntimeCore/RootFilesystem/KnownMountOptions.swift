/// The options of mounts that have a meaning of their own, for `features`; all others go to the
/// file system as they are.
public var knownMountOptions: [String] { MountOptions.known }
