import Glibc

// `linux.resources` speaks the language of cgroup v1; these put it into that of v2.

/// `cpu.weight` (1 to 10000, 100 at first) for `cpu.shares` (2 to 262144, 1024 at first): a curve
/// through the two ends and the two defaults. Nothing for 0.
func cpuWeight(shares: UInt64) -> UInt64? {
  switch shares {
  case 0: return nil
  case ...2: return 1
  case 262_144...: return 10_000
  default:
    let exponent = log2(Double(shares))
    return UInt64(pow(10, (exponent * exponent + 125 * exponent) / 612 - 7.0 / 34).rounded(.up))
  }
}

/// `io.weight` (1 to 10000) for `blkio.weight` (10 to 1000), in proportion.
func ioWeight(blkioWeight weight: UInt16) -> UInt64 {
  1 + (UInt64(max(weight, 10)) - 10) * 9999 / 990
}

/// `memory.swap.max` in bytes, which v1 counts together with memory; -1 is without limit.
///
/// - Returns: nil where nothing was asked.
func swapLimit(memory: Int64?, memoryAndSwap: Int64?) throws(CgroupError) -> Int64? {
  let field = "linux.resources.memory.swap"
  let memory = memory ?? 0
  guard let both = memoryAndSwap, both != 0 else {
    // Memory without limit has always meant swap without limit, where nothing else was asked.
    return memory == -1 ? -1 : nil
  }
  if both == -1 || memory == -1 { return both }
  if memory == 0 {
    throw .invalidValue(
      field: field, value: "\(both)", reason: "it counts memory too, so give memory.limit as well")
  }
  guard memory > 0, both >= memory else {
    throw .invalidValue(
      field: field, value: "\(both)", reason: "it counts memory too, so not below memory.limit")
  }
  return both - memory
}

/// The limit as v2 writes it: -1 is `max`. Nothing for 0, which means unset.
func unifiedLimit(_ limit: Int64?) -> String? {
  guard let limit, limit != 0 else { return nil }
  return limit == -1 ? "max" : "\(limit)"
}
