import LinuxSystem
import SystemPackage

// The forms that files of counters have. A line that is not of its file's form is passed over: new
// kernels add some.

extension ControlDirectory {
  /// A file with one number; nil where there is none.
  func number(_ file: String) throws(SystemError) -> UInt64? {
    try readIfPresent(file)?.trimmed.counter
  }

  /// A file of lines of `key number`; nil where there is none.
  func numbers(_ file: String) throws(SystemError) -> [(key: Substring, value: UInt64)]? {
    guard let text = try readIfPresent(file) else { return nil }
    var numbers: [(Substring, UInt64)] = []
    for line in text.lines {
      if let (key, value) = line.cut(at: " "), let number = value.trimmed.counter {
        numbers.append((key, number))
      }
    }
    return numbers
  }

  /// A file of `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`; nil where the kernel does not
  /// account pressure.
  func pressure(_ file: String) throws(SystemError) -> CgroupStatistics.Pressure? {
    do throws(SystemError) {
      guard let text = try readIfPresent(file) else { return nil }
      return CgroupStatistics.Pressure(parsing: text)
    } catch where error.errno == .notSupported {  // EOPNOTSUPP: built in, but not switched on
      return nil
    }
  }

  /// The sizes of huge pages that this machine has, as control files name them.
  static func hugepageSizes() -> [String] {
    let directory = ControlDirectory(path: "/sys/kernel/mm/hugepages")
    guard let sizes = try? directory.children() else { return [] }
    return sizes.compactMap { size in
      let name = size.path.dropFirst(directory.path.count + 1)
      return hugepageSize(directoryName: name)
    }.sorted()
  }

  /// `hugepages-2048kB` is `2MB`.
  static func hugepageSize(directoryName name: some StringProtocol) -> String? {
    guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"),
      let kilobytes = UInt64(name.dropFirst(10).dropLast(2))
    else { return nil }
    switch kilobytes {
    case (1 << 20)...: return "\(kilobytes >> 20)GB"
    case (1 << 10)...: return "\(kilobytes >> 10)MB"
    default: return "\(kilobytes)KB"
    }
  }
}

extension CgroupStatistics.Pressure {
  init(parsing text: String) {
    for line in text.lines {
      let words = line.words
      var share = Share()
      for word in words.dropFirst() {
        guard let (key, value) = word.cut(at: "=") else { continue }
        switch key {
        case "avg10": share.average10 = Double(value) ?? 0
        case "avg60": share.average60 = Double(value) ?? 0
        case "avg300": share.average300 = Double(value) ?? 0
        case "total": share.total = UInt64(value) ?? 0
        default: break
        }
      }
      if words.first == "some" { some = share }
      if words.first == "full" { full = share }
    }
  }
}
