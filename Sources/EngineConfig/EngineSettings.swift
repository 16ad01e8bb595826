/// `[engine]` of containers.conf(5): how the engine works.
public struct EngineSettings: ConfigurationSection, Equatable, Sendable {
  /// `active_service`.
  public var activeService: String?
  /// `add_compression`.
  public var addCompression: [String] = []
  /// `cdi_spec_dirs`.
  public var cdiFolders: [String] = ["/etc/cdi", "/var/run/cdi"]
  /// `cgroup_manager`: `systemd` or `cgroupfs`; nothing means what fits the machine.
  public var cgroupManager: String?
  /// `chown_copied_files`.
  public var chownsCopiedFiles: Bool = true
  /// `compose_providers`.
  public var composeProviders: [String] = [
    "$HOME/.docker/cli-plugins/docker-compose", "/usr/local/lib/docker/cli-plugins/docker-compose",
    "/usr/local/libexec/docker/cli-plugins/docker-compose",
    "/usr/lib/docker/cli-plugins/docker-compose",
    "/usr/libexec/docker/cli-plugins/docker-compose", "docker-compose", "podman-compose",
  ]
  /// `compose_warning_logs`.
  public var warnsOfCompose: Bool = true
  /// `compression_format`.
  public var compressionFormat: String?
  /// `compression_level`.
  public var compressionLevel: Int?
  /// `conmon_env_vars`: more variables of the monitor.
  public var monitorEnvironment: [String] = []
  /// `database_backend`.
  public var databaseBackend: String?
  /// `detach_keys`.
  public var detachKeys: String = "ctrl-p,ctrl-q"
  /// `enable_port_reservation`.
  public var reservesPorts: Bool = true
  /// `env`: variables of the engine itself.
  public var environment: [String] = []
  /// `events_logfile_path`.
  public var eventsFile: String?
  /// `events_logfile_max_size`.
  public var eventsFileMaxSize: String = "1m"
  /// `events_container_create_inspect_data`.
  public var recordsInspectData: Bool = false
  /// `events_logger`: `file`, `journald` or `none`; nothing means `file`.
  public var eventsLogger: String?
  /// `exit_command_delay`: seconds that an ended exec session can still be inspected.
  public var exitCommandDelay: UInt64 = 300
  /// `healthcheck_events`.
  public var recordsHealthchecks: Bool = true
  /// `helper_binaries_dir`.
  public var helperFolders: [String] = [
    "/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman",
    "/usr/lib/podman", "$BINDIR",
  ]
  /// `hooks_dir`.
  public var hooksFolders: [String] = ["/usr/share/containers/oci/hooks.d"]
  /// `image_build_format`.
  public var imageBuildFormat: String = "oci"
  /// `image_copy_tmp_dir`: a folder, or `storage`.
  public var imageCopyFolder: String = "/var/tmp"
  /// `image_default_transport`.
  public var imageTransport: String = "docker://"
  /// `image_default_format`.
  public var imageFormat: String?
  /// `image_parallel_copies`: 0 is the transfer's own number.
  public var parallelCopies: UInt = 0
  /// `image_volume_mode`: `anonymous`, `tmpfs` or `ignore`.
  public var imageVolumeMode: String = "anonymous"
  /// `infra_command`.
  public var infraCommand: String?
  /// `infra_image`.
  public var infraImage: String?
  /// `kube_generate_type`.
  public var kubeGenerateType: String = "pod"
  /// `multi_image_archive`.
  public var makesMultiImageArchives: Bool = false
  /// `namespace`.
  public var namespace: String?
  /// `network_cmd_path`: of slirp4netns.
  public var networkCommandPath: String?
  /// `network_cmd_options`: of slirp4netns.
  public var networkCommandOptions: [String] = []
  /// `no_pivot_root`.
  public var usesNoPivot: Bool = false
  /// `max_parallel`.
  public var parallelOperations: UInt = 0
  /// `pod_exit_policy`.
  public var podExitPolicy: String = "continue"
  /// `pull_policy`.
  public var pullPolicy: String = "missing"
  /// `remote`.
  public var isRemote: Bool = false
  /// `retry`.
  public var retries: UInt = 3
  /// `retry_delay`.
  public var retryDelay: String?
  /// `runtime`: a name of `runtimes` or a path; nothing means ours.
  public var runtime: String?
  /// `runtimes`: names, each with the paths where the program may stand.
  public var runtimes: [String: [String]] = [:]
  /// `runtime_supports_nocgroups`.
  public var runtimesWithoutCgroups: [String] = ["ocirun", "crun", "krun"]
  /// `platform_to_oci_runtime`.
  public var runtimesOfPlatforms: [String: String] = [:]
  /// `service_timeout`: seconds.
  public var serviceTimeout: UInt = 5
  /// `ssh_config`.
  public var sshConfiguration: String?
  /// `static_dir`.
  public var staticFolder: String?
  /// `stop_timeout`: seconds.
  public var stopTimeout: UInt32 = 10
  /// `tmp_dir`.
  public var temporaryFolder: String?
  /// `volume_path`.
  public var volumePath: String?
  /// `volume_plugins`: names with their sockets.
  public var volumePlugins: [String: String] = [:]
  /// `volume_plugin_timeout`: seconds.
  public var volumePluginTimeout: UInt = 5

  public init() {}

  /// Keys that mean nothing here: each object has a lock file, the monitor is our own, and what a
  /// runtime can do it is asked for.
  static let withoutMeaning = [
    "conmon_path", "lock_type", "num_locks", "runtime_supports_json", "runtime_supports_kvm",
  ]
  /// Keys of the API, which is not built.
  static let ofOtherParts = ["compat_api_enforce_docker_hub"]

  mutating func read(_ table: inout ConfigurationTable) throws(ConfigurationError) {
    table.pass(Self.withoutMeaning + Self.ofOtherParts)
    try table.read("active_service", &activeService)
    try table.read("add_compression", &addCompression)
    try table.read("cdi_spec_dirs", &cdiFolders)
    try table.read("cgroup_manager", &cgroupManager)
    try table.read("chown_copied_files", &chownsCopiedFiles)
    try table.read("compose_providers", &composeProviders)
    try table.read("compose_warning_logs", &warnsOfCompose)
    try table.read("compression_format", &compressionFormat)
    try table.read("compression_level", &compressionLevel)
    try table.read("conmon_env_vars", &monitorEnvironment)
    try table.read("database_backend", &databaseBackend)
    try table.read("detach_keys", &detachKeys)
    try table.read("enable_port_reservation", &reservesPorts)
    try table.read("env", &environment)
    try table.read("events_logfile_path", &eventsFile)
    try table.read("events_logfile_max_size", &eventsFileMaxSize)
    try table.read("events_container_create_inspect_data", &recordsInspectData)
    try table.read("events_logger", &eventsLogger)
    try table.read("exit_command_delay", &exitCommandDelay)
    try table.read("healthcheck_events", &recordsHealthchecks)
    try table.read("helper_binaries_dir", &helperFolders)
    try table.read("hooks_dir", &hooksFolders)
    try table.read("image_build_format", &imageBuildFormat)
    try table.read("image_copy_tmp_dir", &imageCopyFolder)
    try table.read("image_default_transport", &imageTransport)
    try table.read("image_default_format", &imageFormat)
    try table.read("image_parallel_copies", &parallelCopies)
    try table.read("image_volume_mode", &imageVolumeMode)
    try table.read("infra_command", &infraCommand)
    try table.read("infra_image", &infraImage)
    try table.read("kube_generate_type", &kubeGenerateType)
    try table.read("multi_image_archive", &makesMultiImageArchives)
    try table.read("namespace", &namespace)
    try table.read("network_cmd_path", &networkCommandPath)
    try table.read("network_cmd_options", &networkCommandOptions)
    try table.read("no_pivot_root", &usesNoPivot)
    try table.read("max_parallel", &parallelOperations)
    try table.read("pod_exit_policy", &podExitPolicy)
    try table.read("pull_policy", &pullPolicy)
    try table.read("remote", &isRemote)
    try table.read("retry", &retries)
    try table.read("retry_delay", &retryDelay)
    try table.read("runtime", &runtime)
    try table.read("runtimes", &runtimes)
    try table.read("runtime_supports_nocgroups", &runtimesWithoutCgroups)
    try table.read("platform_to_oci_runtime", &runtimesOfPlatforms)
    try table.read("service_timeout", &serviceTimeout)
    try table.read("ssh_config", &sshConfiguration)
    try table.read("static_dir", &staticFolder)
    try table.read("stop_timeout", &stopTimeout)
    try table.read("tmp_dir", &temporaryFolder)
    try table.read("volume_path", &volumePath)
    try table.read("volume_plugins", &volumePlugins)
    try table.read("volume_plugin_timeout", &volumePluginTimeout)
  }
}
