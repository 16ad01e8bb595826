/// `[containers]` of containers.conf(5): what a container gets where its command line is silent.
public struct ContainerDefaults: ConfigurationSection, Equatable, Sendable {
  /// `annotations`: `key=value`.
  public var annotations: [String] = []
  /// `apparmor_profile`.
  public var apparmorProfile: String = "containers-default"
  /// `base_hosts_file`: a path, `image`, `none`, or nothing for /etc/hosts.
  public var baseHostsFile: String?
  /// `cgroup_conf`: `key=value` for cgroup v2.
  public var cgroupConf: [String] = []
  /// `cgroups`: `enabled`, `disabled`, `no-conmon` or `split`.
  public var cgroups: String = "enabled"
  /// `cgroupns`: `private` or `host`; nothing means the first on cgroup v2.
  public var cgroupNamespace: String?
  /// `container_name_as_hostname`.
  public var usesNameAsHostName: Bool = false
  /// `default_capabilities`.
  public var capabilities: [String] = [
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
    "SETPCAP", "SETUID", "SYS_CHROOT",
  ]
  /// `default_sysctls`: `name=value`.
  public var sysctls: [String] = ["net.ipv4.ping_group_range=0 0"]
  /// `default_ulimits`: `name=soft:hard`.
  public var ulimits: [String] = []
  /// `devices`: `host:container:permissions`.
  public var devices: [String] = []
  /// `dns_options`.
  public var dnsOptions: [String] = []
  /// `dns_searches`.
  public var dnsSearches: [String] = []
  /// `dns_servers`.
  public var dnsServers: [String] = []
  /// `env`.
  public var environment: [String] = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  ]
  /// `env_host`.
  public var passesHostEnvironment: Bool = false
  /// `host_containers_internal_ip`: an address, or `none`.
  public var hostAddress: String?
  /// `http_proxy`.
  public var passesProxies: Bool = true
  /// `init`.
  public var usesInit: Bool = false
  /// `init_path`.
  public var initPath: String?
  /// `interface_name`: empty, or `device` for the host interface's.
  public var interfaceName: String?
  /// `ipcns`.
  public var ipcNamespace: String = "shareable"
  /// `keyring`.
  public var usesKeyring: Bool = true
  /// `label`: whether SELinux separates containers.
  public var labels: Bool = true
  /// `label_users`.
  public var labelsUsers: Bool = false
  /// `log_driver`.
  public var logDriver: String?
  /// `log_path`.
  public var logPath: String?
  /// `log_size_max`: bytes; negative is no limit.
  public var logSizeMax: Int64 = -1
  /// `log_tag`.
  public var logTag: String?
  /// `mounts`: as `--mount`.
  public var mounts: [String] = []
  /// `netns`.
  public var networkNamespace: String = "private"
  /// `no_hosts`.
  public var hasNoHosts: Bool = false
  /// `oom_score_adj`.
  public var oomScoreAdjustment: Int?
  /// `pidns`.
  public var pidNamespace: String = "private"
  /// `pids_limit`: nothing means 2048 where the cgroup allows; 0 is no limit.
  public var pidsLimit: Int64?
  /// `prepare_volume_on_create`.
  public var preparesVolumes: Bool = false
  /// `privileged`.
  public var isPrivileged: Bool = false
  /// `read_only`.
  public var isReadOnly: Bool = false
  /// `restart_policy`.
  public var restartPolicy: String?
  /// `seccomp_profile`: a path, or `unconfined`.
  public var seccompProfile: String?
  /// `shm_size`.
  public var shmSize: String = "65536k"
  /// `tz`: a zone, or `local`.
  public var timeZone: String?
  /// `umask`.
  public var umask: String = "0022"
  /// `userns`.
  public var userNamespace: String = "host"
  /// `userns_size`.
  public var userNamespaceSize: Int64 = 65536
  /// `utsns`.
  public var utsNamespace: String = "private"
  /// `volumes`: as `--volume`.
  public var volumes: [String] = []

  public init() {}

  mutating func read(_ table: inout ConfigurationTable) throws(ConfigurationError) {
    try table.read("annotations", &annotations)
    try table.read("apparmor_profile", &apparmorProfile)
    try table.read("base_hosts_file", &baseHostsFile)
    try table.read("cgroup_conf", &cgroupConf)
    try table.read("cgroups", &cgroups)
    try table.read("cgroupns", &cgroupNamespace)
    try table.read("container_name_as_hostname", &usesNameAsHostName)
    try table.read("default_capabilities", &capabilities)
    try table.read("default_sysctls", &sysctls)
    try table.read("default_ulimits", &ulimits)
    try table.read("devices", &devices)
    try table.read("dns_options", &dnsOptions)
    try table.read("dns_searches", &dnsSearches)
    try table.read("dns_servers", &dnsServers)
    try table.read("env", &environment)
    try table.read("env_host", &passesHostEnvironment)
    try table.read("host_containers_internal_ip", &hostAddress)
    try table.read("http_proxy", &passesProxies)
    try table.read("init", &usesInit)
    try table.read("init_path", &initPath)
    try table.read("interface_name", &interfaceName)
    try table.read("ipcns", &ipcNamespace)
    try table.read("keyring", &usesKeyring)
    try table.read("label", &labels)
    try table.read("label_users", &labelsUsers)
    try table.read("log_driver", &logDriver)
    try table.read("log_path", &logPath)
    try table.read("log_size_max", &logSizeMax)
    try table.read("log_tag", &logTag)
    try table.read("mounts", &mounts)
    try table.read("netns", &networkNamespace)
    try table.read("no_hosts", &hasNoHosts)
    try table.read("oom_score_adj", &oomScoreAdjustment)
    try table.read("pidns", &pidNamespace)
    try table.read("pids_limit", &pidsLimit)
    try table.read("prepare_volume_on_create", &preparesVolumes)
    try table.read("privileged", &isPrivileged)
    try table.read("read_only", &isReadOnly)
    try table.read("restart_policy", &restartPolicy)
    try table.read("seccomp_profile", &seccompProfile)
    try table.read("shm_size", &shmSize)
    try table.read("tz", &timeZone)
    try table.read("umask", &umask)
    try table.read("userns", &userNamespace)
    try table.read("userns_size", &userNamespaceSize)
    try table.read("utsns", &utsNamespace)
    try table.read("volumes", &volumes)
  }
}
