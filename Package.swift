// swift-tools-version: 6.2
import PackageDescription

/// What every target is compiled with: Swift 6, its stricter upcoming features, and no warning.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  // Glibc's module and ours include the same headers: both must see them alike.
  .unsafeFlags(["-Xcc", "-D_GNU_SOURCE"]),
  // Each function in a section of its own: the linker drops what nobody calls, and orders the others.
  .unsafeFlags(["-Xfrontend", "-function-sections"], .when(configuration: .release)),
]

/// A program that runs before, inside or beside a container holds no dynamic library: nothing that
/// a container can replace is ever loaded into it, and it starts in half the time.
let staticProgram: [SwiftSetting] = strict + [.unsafeFlags(["-static-executable"])]
let staticLink: [LinkerSetting] = [
  .unsafeFlags(["-static-executable", "-Xlinker", "--gc-sections"])
]

/// The functions that a container's start enters lie side by side, as Scripts/order-functions found them:
/// half of the memory, and a tenth of the time.
let orderedLink: [LinkerSetting] =
  staticLink + [
    .unsafeFlags(
      [
        "-use-ld=lld", "-Xlinker",
        "--symbol-ordering-file=\(Context.packageDirectory)/Scripts/order/functions",
        "-Xlinker", "--no-warn-symbol-ordering",
      ], .when(configuration: .release))
  ]

/// A program that needs a library which Debian has only as a shared one takes that and the C library, but
/// no part of Swift: a machine that runs it has no toolchain.
let sharedProgram: [SwiftSetting] = strict + [.unsafeFlags(["-static-stdlib"])]
let sharedLink: [LinkerSetting] = [
  .unsafeFlags(["-static-stdlib", "-Xlinker", "--gc-sections"])
]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "podman",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1")
  ],
  targets: [
    // Floor 0: C.
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    // Debian's libseccomp-dev; a static program takes its archive.
    .systemLibrary(name: "CSeccomp"),
    // Debian's libsqlite3-dev; likewise.
    .systemLibrary(name: "CSQLite"),
    // Debian's libcurl4-openssl-dev, for podman-transfer alone, which is dynamic.
    .systemLibrary(name: "CCurl"),
    // libssl-dev, zlib1g-dev and libzstd-dev; a static program takes their archives.
    .systemLibrary(name: "CCrypto"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CZstd"),
    // libbz2-dev and liblzma-dev; likewise.
    .systemLibrary(name: "CBzip2"),
    .systemLibrary(name: "CLZMA"),
    // libisal-dev, for podman-transfer alone, which is dynamic.
    .systemLibrary(name: "CISAL"),

    // Floor 1: ground.
    .target(name: "LinuxSystem", dependencies: ["CLinux", system], swiftSettings: strict),
    .target(name: "JSON", swiftSettings: strict),
    .target(name: "TOML", swiftSettings: strict),
    .target(
      name: "EngineConfig", dependencies: ["ImageSpec", "LinuxSystem", "TOML", system],
      swiftSettings: strict),
    .target(name: "RuntimeSpec", dependencies: ["JSON"], swiftSettings: strict),
    .target(name: "ImageSpec", dependencies: ["JSON"], swiftSettings: strict),
    .target(name: "CommandLine", swiftSettings: strict),
    .target(name: "GoTemplate", dependencies: ["JSON"], swiftSettings: strict),
    .target(
      name: "HelperProtocols", dependencies: ["EngineConfig", "JSON"], swiftSettings: strict),

    // Floor 2: mechanisms.
    .target(
      name: "Cgroups", dependencies: ["CLinux", "LinuxSystem", "RuntimeSpec", system],
      swiftSettings: strict),
    .target(
      name: "Netlink", dependencies: ["CLinux", "LinuxSystem", system], swiftSettings: strict),
    .target(
      name: "Firewall", dependencies: ["CLinux", "LinuxSystem", "Netlink", system],
      swiftSettings: strict),
    .target(
      name: "Seccomp", dependencies: ["CLinux", "CSeccomp", "LinuxSystem", "RuntimeSpec", system],
      swiftSettings: strict),
    .target(
      name: "StateStore", dependencies: ["CSQLite", "LinuxSystem", system], swiftSettings: strict),
    .target(
      name: "Archive",
      dependencies: [
        "CBzip2", "CCrypto", "CLZMA", "CLinux", "CZlib", "CZstd", "JSON", "LinuxSystem", system,
      ],
      swiftSettings: strict),

    .target(
      name: "HTTPClient", dependencies: ["CCurl", "LinuxSystem", system], swiftSettings: strict),

    .target(name: "Igzip", dependencies: ["Archive", "CISAL"], swiftSettings: strict),

    .target(name: "Cryptography", dependencies: ["CCrypto", "JSON"], swiftSettings: strict),

    // Floor 3: services.
    .target(
      name: "Storage", dependencies: ["Archive", "EngineConfig", "JSON", "LinuxSystem", system],
      swiftSettings: strict),
    .target(
      name: "RuntimeCore",
      dependencies: [
        "Cgroups", "JSON", "LinuxSystem", "Netlink", "RuntimeSpec", "Seccomp", system,
      ],
      swiftSettings: strict),
    .target(
      name: "NameServer", dependencies: ["Firewall", "LinuxSystem", system], swiftSettings: strict),
    .target(
      name: "Networking",
      dependencies: ["Firewall", "JSON", "LinuxSystem", "Netlink", system],
      swiftSettings: strict),

    .target(
      name: "MonitorCore",
      dependencies: ["Cgroups", "HelperProtocols", "JSON", "LinuxSystem", system],
      swiftSettings: strict),
    .target(
      name: "Transfer",
      dependencies: [
        "Archive", "Cryptography", "EngineConfig", "HTTPClient", "HelperProtocols", "Igzip",
        "ImageSpec", "JSON", "LinuxSystem", "Storage", system,
      ],
      swiftSettings: strict),

    // Floor 4: domain.
    .target(
      name: "Engine",
      dependencies: [
        "Archive", "Cgroups", "EngineConfig", "HelperProtocols", "ImageSpec", "JSON",
        "LinuxSystem", "Networking", "RuntimeSpec", "StateStore", "Storage", system,
      ],
      swiftSettings: strict),

    // Floor 5: fronts.
    .target(
      name: "RuntimeCommands",
      dependencies: [
        "Cgroups", "JSON", "LinuxSystem", "RuntimeCore", "RuntimeSpec", "Seccomp", system,
      ],
      swiftSettings: strict),

    .target(
      name: "Commands",
      dependencies: [
        "Archive",
        "CommandLine",
        "Engine",
        "EngineConfig",
        "GoTemplate",
        "HelperProtocols",
        "ImageSpec",
        "JSON",
        "LinuxSystem",
        "Networking",
        "RuntimeSpec",
        "Storage",
        system,
      ],
      swiftSettings: strict),

    // Floor 6: programs.
    .executableTarget(
      name: "podman", dependencies: ["Commands", "LinuxSystem"],
      path: "Sources/Programs/podman", swiftSettings: staticProgram, linkerSettings: staticLink),
    .executableTarget(
      name: "ocirun", dependencies: ["LinuxSystem", "RuntimeCommands"],
      path: "Sources/Programs/ocirun", swiftSettings: staticProgram, linkerSettings: orderedLink),

    .executableTarget(
      name: "podman-monitor", dependencies: ["LinuxSystem", "MonitorCore"],
      path: "Sources/Programs/podman-monitor", swiftSettings: staticProgram,
      linkerSettings: staticLink),
    .executableTarget(
      name: "podman-init", dependencies: ["LinuxSystem"], path: "Sources/Programs/podman-init",
      swiftSettings: staticProgram, linkerSettings: staticLink),
    // Dynamic, because Debian's libcurl is.
    .executableTarget(
      name: "podman-transfer",
      dependencies: ["HelperProtocols", "JSON", "LinuxSystem", "Transfer", system],
      path: "Sources/Programs/podman-transfer", swiftSettings: sharedProgram,
      linkerSettings: sharedLink),

    .executableTarget(
      name: "podman-dns", dependencies: ["LinuxSystem", "NameServer"],
      path: "Sources/Programs/podman-dns", swiftSettings: staticProgram, linkerSettings: staticLink),

    // Tests without root.
    .testTarget(
      name: "FirewallTests", dependencies: ["Firewall", "LinuxSystem", "Netlink", system],
      path: "Tests/Unit/FirewallTests", swiftSettings: strict),
    .testTarget(
      name: "NameServerTests", dependencies: ["NameServer"],
      path: "Tests/Unit/NameServerTests", swiftSettings: strict),
    .testTarget(
      name: "NetworkingTests", dependencies: ["Firewall", "Networking"],
      path: "Tests/Unit/NetworkingTests", swiftSettings: strict),
    .testTarget(
      name: "IgzipTests", dependencies: ["Archive", "Igzip"], path: "Tests/Unit/IgzipTests",
      swiftSettings: strict),
    .testTarget(
      name: "ArchiveTests", dependencies: ["Archive", "JSON", "LinuxSystem", system],
      path: "Tests/Unit/ArchiveTests", swiftSettings: strict),
    .testTarget(
      name: "NetlinkTests", dependencies: ["LinuxSystem", "Netlink", system],
      path: "Tests/Unit/NetlinkTests", swiftSettings: strict),
    .testTarget(
      name: "CgroupsTests",
      dependencies: ["CLinux", "Cgroups", "LinuxSystem", "RuntimeSpec", system],
      path: "Tests/Unit/CgroupsTests", swiftSettings: strict),
    .testTarget(
      name: "LinuxSystemTests", dependencies: ["LinuxSystem", system],
      path: "Tests/Unit/LinuxSystemTests", swiftSettings: strict),
    .testTarget(
      name: "SeccompTests",
      dependencies: ["Seccomp", "RuntimeSpec", "CSeccomp", "LinuxSystem", system],
      path: "Tests/Unit/SeccompTests", swiftSettings: strict),

    .testTarget(
      name: "RuntimeCoreTests",
      dependencies: ["RuntimeCore", "LinuxSystem", "RuntimeSpec", system],
      path: "Tests/Unit/RuntimeCoreTests", swiftSettings: strict),

    .testTarget(
      name: "EngineConfigTests",
      dependencies: ["EngineConfig", "ImageSpec", "LinuxSystem", "TOML", system],
      path: "Tests/Unit/EngineConfigTests", swiftSettings: strict),
    .testTarget(
      name: "StateStoreTests", dependencies: ["LinuxSystem", "StateStore", system],
      path: "Tests/Unit/StateStoreTests", swiftSettings: strict),
    .testTarget(
      name: "EngineTests",
      dependencies: ["Engine", "ImageSpec", "JSON", "LinuxSystem", "Networking", "RuntimeSpec"],
      path: "Tests/Unit/EngineTests", swiftSettings: strict),
    .testTarget(
      name: "CommandsTests",
      dependencies: ["CommandLine", "Commands", "Engine", "GoTemplate"],
      path: "Tests/Unit/CommandsTests", swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests", dependencies: ["CommandLine"],
      path: "Tests/Unit/CommandLineTests", swiftSettings: strict),
    .testTarget(
      name: "GoTemplateTests", dependencies: ["GoTemplate", "JSON"],
      path: "Tests/Unit/GoTemplateTests", swiftSettings: strict),
    .testTarget(
      name: "TOMLTests", dependencies: ["TOML"], path: "Tests/Unit/TOMLTests",
      swiftSettings: strict),

    .testTarget(
      name: "MonitorCoreTests", dependencies: ["HelperProtocols", "JSON", "MonitorCore"],
      path: "Tests/Unit/MonitorCoreTests", swiftSettings: strict),

    // Tests of an OCI runtime binary, as root: see OCI_RUNTIME in Tests/Runtime.
    .testTarget(
      name: "RuntimeTests", path: "Tests/Runtime", exclude: ["Probe"], swiftSettings: strict),

    // Tests against the real kernel, as root.
    .executableTarget(
      name: "ProcessProbe", dependencies: ["LinuxSystem", "RuntimeCore", "RuntimeSpec", system],
      path: "Tests/Kernel/ProcessProbe", swiftSettings: strict),
    .testTarget(
      name: "RuntimeCoreKernelTests",
      dependencies: [
        "LinuxSystem", "ProcessProbe", "RuntimeCore", "RuntimeSpec", "Seccomp", system,
      ],
      path: "Tests/Kernel/RuntimeCoreTests", swiftSettings: strict),
    .testTarget(
      name: "CgroupsKernelTests",
      dependencies: ["CLinux", "Cgroups", "LinuxSystem", "RuntimeSpec", system],
      path: "Tests/Kernel/CgroupsTests", swiftSettings: strict),
    .executableTarget(
      name: "ArchiveProbe", dependencies: ["Archive", "Igzip", "LinuxSystem", system],
      path: "Tests/Kernel/ArchiveProbe", swiftSettings: strict),
    .testTarget(
      name: "ArchiveKernelTests", dependencies: ["Archive", "ArchiveProbe", "LinuxSystem", system],
      path: "Tests/Kernel/ArchiveTests", swiftSettings: strict),
    .executableTarget(
      name: "StorageProbe",
      dependencies: ["Archive", "EngineConfig", "LinuxSystem", "Storage", system],
      path: "Tests/Kernel/StorageProbe", swiftSettings: strict),
    .testTarget(
      name: "StorageKernelTests",
      dependencies: ["EngineConfig", "LinuxSystem", "Storage", "StorageProbe", system],
      path: "Tests/Kernel/StorageTests", swiftSettings: strict),
    .testTarget(
      name: "StorageTests",
      dependencies: ["EngineConfig", "JSON", "LinuxSystem", "Storage", system],
      path: "Tests/Unit/StorageTests", swiftSettings: strict),
    .testTarget(
      name: "NetworkingKernelTests",
      dependencies: ["Firewall", "LinuxSystem", "Netlink", "Networking", system],
      path: "Tests/Kernel/NetworkingTests", swiftSettings: strict),
    .testTarget(
      name: "EngineKernelTests",
      dependencies: ["Engine", "JSON", "LinuxSystem", "StateStore", system],
      path: "Tests/Kernel/EngineTests", swiftSettings: strict),
    .testTarget(
      name: "LinuxSystemKernelTests", dependencies: ["CLinux", "LinuxSystem", system],
      path: "Tests/Kernel/LinuxSystemTests", swiftSettings: strict),
    .testTarget(
      name: "SeccompKernelTests",
      dependencies: ["Seccomp", "RuntimeSpec", "CLinux", "CSeccomp", "LinuxSystem", system],
      path: "Tests/Kernel/SeccompTests", swiftSettings: strict),
    .testTarget(
      name: "MonitorCoreKernelTests",
      dependencies: [
        "HelperProtocols", "JSON", "LinuxSystem", system,
      ],
      path: "Tests/Kernel/MonitorCoreTests", swiftSettings: strict),
    .testTarget(
      name: "JSONTests", dependencies: ["JSON"], path: "Tests/Unit/JSONTests",
      swiftSettings: strict),
    .testTarget(
      name: "ImageSpecTests", dependencies: ["ImageSpec", "JSON"],
      path: "Tests/Unit/ImageSpecTests", swiftSettings: strict),
    .testTarget(
      name: "CryptographyTests", dependencies: ["Cryptography"],
      path: "Tests/Unit/CryptographyTests", swiftSettings: strict),
    .testTarget(
      name: "TransferTests", dependencies: ["HelperProtocols", "Transfer"],
      path: "Tests/Unit/TransferTests", swiftSettings: strict),
    .testTarget(
      name: "RuntimeSpecTests", dependencies: ["JSON", "RuntimeSpec"],
      path: "Tests/Unit/RuntimeSpecTests", swiftSettings: strict),
    .testTarget(
      name: "RuntimeCommandsTests",
      dependencies: [
        "Cgroups", "JSON", "LinuxSystem", "RuntimeCommands", "RuntimeCore", "RuntimeSpec", system,
      ],
      path: "Tests/Unit/RuntimeCommandsTests", swiftSettings: strict),

    // Tests of whole programs, as root, with Debian's engines beside them.
    .testTarget(name: "ProgramTests", path: "Tests/Programs", swiftSettings: strict),
  ]
)

// Scripts/fuzz builds these programs for libFuzzer, and with them all that they link.
if Context.environment["FUZZ"] != nil {
  let library = strict + [.unsafeFlags(["-parse-as-library"])]
  package.targets += [
    .executableTarget(
      name: "ArchiveFuzz", dependencies: ["Archive", "LinuxSystem", system],
      path: "Tests/Unit/ArchiveFuzz", swiftSettings: library),
    .executableTarget(
      name: "StorageFuzz", dependencies: ["EngineConfig", "LinuxSystem", "Storage", system],
      path: "Tests/Unit/StorageFuzz", swiftSettings: library),
    .executableTarget(
      name: "TransferFuzz",
      dependencies: ["EngineConfig", "HelperProtocols", "ImageSpec", "JSON", "Transfer"],
      path: "Tests/Unit/TransferFuzz", swiftSettings: library),
  ]
}
