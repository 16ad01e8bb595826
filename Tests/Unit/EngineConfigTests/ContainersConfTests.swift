import EngineConfig
import LinuxSystem
import SystemPackage
import TOML
import Testing

@Suite struct ContainersConfTests {
  private func read(_ files: [String: String]) throws -> ContainersConf {
    var result = ContainersConf()
    try withFolder(files) { folder in
      var files = ConfigurationFiles(environment: [:], uid: 1000)
      files.vendorFolder = "\(folder)/usr"
      files.administratorFolder = "\(folder)/etc"
      result = try ContainersConf(reading: files)
    }
    return result
  }

  private func helpers(_ line: String) -> String { "[engine]\nhelper_binaries_dir = \(line)\n" }

  @Test func withoutFilesTheDefaultsHold() throws {
    #expect(try read([:]).helperFolders.first == "/usr/local/libexec/podman")
    #expect(try read(["etc/containers.conf": "[containers]\n"]) == ContainersConf())
  }

  @Test func aLaterFileReplacesOrAdds() throws {
    let first = ["etc/containers.conf": helpers(#"["/a"]"#)]
    #expect(try read(first).helperFolders == ["/a"])

    let replaced = first.merging(["usr/containers.conf.d/1.conf": helpers(#"["/b"]"#)]) { $1 }
    #expect(try read(replaced).helperFolders == ["/b"])

    let added = first.merging([
      "usr/containers.conf.d/1.conf": helpers(#"["/b", {append=true}]"#),
      "usr/containers.conf.d/2.conf": helpers(#"["/c"]"#),
    ]) { $1 }
    #expect(try read(added).helperFolders == ["/a", "/b", "/c"])

    let ended = added.merging([
      "usr/containers.conf.d/3.conf": helpers(#"["/d", {append=false}]"#)
    ]) { $1 }
    #expect(try read(ended).helperFolders == ["/d"])
  }

  @Test(arguments: [#""/a""#, "[1]", "[{append = 1}]", "[{other = true}]"])
  func aWrongValueIsAnErrorThatNamesItsField(_ value: String) {
    #expect {
      _ = try read(["etc/containers.conf": helpers(value)])
    } throws: { error in
      "\(error)".contains("/etc/containers.conf: engine.helper_binaries_dir has to be an array")
    }
  }

  @Test func aSyntaxErrorNamesFileAndLine() {
    #expect {
      _ = try read(["etc/containers.conf": "[engine]\nhelper_binaries_dir = [\n"])
    } throws: { error in
      "\(error)".contains("/etc/containers.conf, line 3: expected a value")
    }
  }

  @Test func aFileThatTheEnvironmentNamesHasToExist() {
    let files = ConfigurationFiles(environment: ["CONTAINERS_CONF": "/no/such/file"], uid: 0)
    #expect {
      _ = try ContainersConf(reading: files)
    } throws: { error in
      guard case .unreadable(let reason) = error as? ConfigurationError else { return false }
      return reason.errno == .noSuchFileOrDirectory && reason.subject == "/no/such/file"
    }
  }

  // MARK: Every key

  /// The keys of containers.conf(5) in these tables.
  private static let documented: [(table: String, keys: [String])] = [
    (
      "containers",
      [
        "annotations", "apparmor_profile", "base_hosts_file", "cgroup_conf", "cgroups", "cgroupns",
        "container_name_as_hostname", "default_capabilities", "default_sysctls", "default_ulimits",
        "devices", "dns_options", "dns_searches", "dns_servers", "env", "env_host",
        "host_containers_internal_ip", "http_proxy", "init", "init_path", "interface_name", "ipcns",
        "keyring", "label", "label_users", "log_driver", "log_path", "log_size_max", "log_tag",
        "mounts", "netns", "no_hosts", "oom_score_adj", "pidns", "pids_limit",
        "prepare_volume_on_create", "privileged", "read_only", "seccomp_profile", "shm_size",
        "umask", "userns", "utsns", "volumes",
      ]
    ),
    (
      "engine",
      [
        "active_service", "add_compression", "cgroup_manager", "compat_api_enforce_docker_hub",
        "compose_providers", "compose_warning_logs", "conmon_env_vars", "conmon_path",
        "database_backend", "detach_keys", "enable_port_reservation", "env", "events_logfile_path",
        "events_logfile_max_size", "events_logger", "events_container_create_inspect_data",
        "healthcheck_events", "helper_binaries_dir", "hooks_dir", "cdi_spec_dirs",
        "image_default_format", "image_default_transport", "image_parallel_copies",
        "image_volume_mode", "infra_command", "infra_image", "kube_generate_type", "lock_type",
        "multi_image_archive", "namespace", "network_cmd_options", "no_pivot_root", "num_locks",
        "pod_exit_policy", "pull_policy", "remote", "retry", "retry_delay", "runtime",
        "runtime_supports_json", "runtime_supports_kvm", "runtime_supports_nocgroups",
        "image_copy_tmp_dir", "service_timeout", "static_dir", "stop_timeout", "exit_command_delay",
        "tmp_dir", "volume_path", "chown_copied_files", "compression_format", "compression_level",
      ]
    ),
    (
      "network",
      [
        "network_backend", "netavark_plugin_dirs", "default_network", "default_subnet",
        "default_subnet_pools", "default_rootless_network_cmd", "network_config_dir",
        "firewall_driver", "dns_bind_port", "pasta_options", "default_host_ips",
      ]
    ),
  ]

  /// A key is known if a value of one kind or another is taken for it.
  private func isKnown(_ table: String, _ key: String) -> Bool {
    let values = [
      "\"1\"", "true", "1", "[\"a\"]", "[{base = \"10.0.0.0/8\", size = 24}]", "{a = \"b\"}",
    ]
    return values.contains { value in
      let conf = try? read(["etc/containers.conf": "[\(table)]\n\(key) = \(value)\n"])
      return conf?.unknownKeys.isEmpty ?? false
    }
  }

  @Test func everyDocumentedKeyIsKnown() {
    for (table, keys) in Self.documented {
      for key in keys { #expect(isKnown(table, key), "\(table).\(key)") }
    }
  }

  @Test func unknownKeysAreTold() throws {
    let conf = try read([
      "etc/containers.conf": "[engine]\nno_such = 1\n[machine]\ncpus = 1\n[other]\na = 1\n"
    ])
    #expect(conf.unknownKeys.count == 2)
    #expect(conf.unknownKeys.first?.hasSuffix("/etc/containers.conf: engine.no_such") == true)
    #expect(conf.unknownKeys.last?.hasSuffix(": other") == true)
  }
}
