/// A compiled filter as a file: magic, flags, length, key, instructions, and a digest of all before.
///
/// Numbers are in the machine's byte order; the file never leaves it.
enum FilterCacheFile {
  /// `OCIBPF`, and the format's version.
  private static let magic: UInt64 = 0x0001_4650_4249_434f

  private static let flagsOffset = 8
  private static let countOffset = 12
  private static let keyOffset = 16
  private static let instructionsOffset = 16 + Blake2b.digestLength
  private static let instructionSize = MemoryLayout<FilterInstruction>.stride

  /// The length in bytes of the largest file that `decode` accepts.
  static let maximumLength =
    instructionsOffset + SeccompFilter.maximumLength * instructionSize + Blake2b.digestLength

  static func encode(_ filter: SeccompFilter, key: FilterCacheKey) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      instructionsOffset + filter.instructions.count * instructionSize + Blake2b.digestLength)
    withUnsafeBytes(of: magic) { bytes += $0 }
    withUnsafeBytes(of: filter.flags.rawValue) { bytes += $0 }
    withUnsafeBytes(of: UInt32(clamping: filter.instructions.count)) { bytes += $0 }
    bytes += key.bytes
    filter.instructions.withUnsafeBytes { bytes += $0 }
    bytes += digest(bytes[...])
    return bytes
  }

  /// - Returns: nil unless the file is whole, unchanged since it was written, and that of the key.
  static func decode(_ bytes: [UInt8], key: FilterCacheKey) -> SeccompFilter? {
    guard bytes.count > instructionsOffset + Blake2b.digestLength, bytes.count <= maximumLength
    else { return nil }
    return bytes.withUnsafeBytes { file in
      let count = Int(file.loadUnaligned(fromByteOffset: countOffset, as: UInt32.self))
      let end = file.count - Blake2b.digestLength
      guard file.loadUnaligned(fromByteOffset: 0, as: UInt64.self) == magic,
        count > 0, count <= SeccompFilter.maximumLength,
        end == instructionsOffset + count * instructionSize,
        file[keyOffset..<instructionsOffset].elementsEqual(key.bytes),
        file[end...].elementsEqual(digest(bytes[..<end]))
      else { return nil }
      let instructions = [FilterInstruction](unsafeUninitializedCapacity: count) { buffer, filled in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: file[instructionsOffset..<end]))
        filled = count
      }
      return SeccompFilter(
        instructions: instructions,
        flags: .init(
          rawValue: file.loadUnaligned(fromByteOffset: flagsOffset, as: UInt32.self)))
    }
  }

  private static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var digest = Blake2b()
    bytes.withUnsafeBytes { digest.update($0) }
    return digest.finish()
  }
}
