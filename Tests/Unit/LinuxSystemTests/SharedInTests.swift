import LinuxSystem
import SystemPackage

/// Tests keep descriptors in classes: a macro cannot take what cannot be copied.
func shared(_ owned: consuming OwnedDescriptor?) throws -> SharedDescriptor {
  guard let owned else { throw SystemError("take", "descriptor", .badFileDescriptor) }
  return SharedDescriptor(owned)
}
