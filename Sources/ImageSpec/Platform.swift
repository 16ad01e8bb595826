public import JSON

/// What an image runs on, in Go's words: `linux/arm64/v8`.
public struct Platform: Hashable, Sendable {
  public var architecture: String
  public var os: String
  public var osVersion: String?
  public var osFeatures: [String]?
  /// Of the processor: Docker's lists alone have them, OCI's keep the word for later.
  public var features: [String]?
  public var variant: String?

  public init(os: String = "linux", architecture: String, variant: String? = nil) {
    self.os = os
    self.architecture = architecture
    self.variant = variant
  }

  /// This machine.
  public static var host: Platform {
    #if arch(x86_64)
      Platform(architecture: "amd64")
    #elseif arch(arm64)
      Platform(architecture: "arm64", variant: "v8")
    #elseif arch(arm)
      Platform(architecture: "arm", variant: "v7")
    #elseif arch(powerpc64le)
      Platform(architecture: "ppc64le")
    #elseif arch(s390x)
      Platform(architecture: "s390x")
    #elseif arch(riscv64)
      Platform(architecture: "riscv64")
    #else
      Platform(architecture: "unknown")
    #endif
  }

  /// Reads `os/architecture[/variant]`, also with the kernel's names (`x86_64`, `aarch64`); nil where
  /// a part is missing or there are too many.
  public init?(parsing text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.init(
      os: parts[0].lowercased(), architecture: parts[1], variant: parts.count > 2 ? parts[2] : nil)
    normalize()
  }

  /// Replaces other names of an architecture by Go's.
  public mutating func normalize() {
    switch architecture.lowercased() {
    case "x86_64", "x86-64": architecture = "amd64"
    case "aarch64": architecture = "arm64"
    case "armhf": (architecture, variant) = ("arm", variant ?? "v7")
    case "armel": (architecture, variant) = ("arm", variant ?? "v6")
    case "i386", "i486", "i586", "i686": architecture = "386"
    case "powerpc64le", "ppc64el": architecture = "ppc64le"
    default: architecture = architecture.lowercased()
    }
  }

  /// How well an image of a platform runs on this one: 0 is best, nil is not at all.
  ///
  /// A 32-bit ARM machine also runs what is for older ones; an image without a variant runs anywhere.
  public func preference(for image: Platform) -> Int? {
    guard image.os == os, image.architecture == architecture else { return nil }
    let wanted = variant ?? ""
    let offered = image.variant ?? ""
    if offered == wanted { return 0 }
    if architecture == "arm64", ["", "v8"].contains(wanted), ["", "v8"].contains(offered) {
      return 1
    }
    if architecture == "arm" {
      let versions = ["v8", "v7", "v6", "v5", ""]
      let first = wanted.isEmpty ? 1 : versions.firstIndex(of: wanted) ?? 1
      guard let place = versions.firstIndex(of: offered), place >= first else { return nil }
      return place - first + 1
    }
    return offered.isEmpty ? 1 : (wanted.isEmpty ? 2 : nil)
  }
}

extension Platform: CustomStringConvertible {
  /// `linux/arm64/v8`.
  public var description: String {
    "\(os)/\(architecture)" + (variant.map { $0.isEmpty ? "" : "/" + $0 } ?? "")
  }
}

extension Platform: JSONObject {
  public static var blank: Platform { Platform(os: "", architecture: "") }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("architecture", &architecture)
    try object.member("os", &os)
    try object.member("os.version", &osVersion)
    try object.member("os.features", &osFeatures)
    try object.member("features", &features)
    try object.member("variant", &variant)
  }
}
