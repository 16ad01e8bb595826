import Foundation
import Testing

/// An ordinary user who can hand out numbers.
private enum OrdinaryUser {
  /// A user with subordinate numbers; nil where this machine has none.
  static let name: String? = {
    let table = (try? String(contentsOfFile: "/etc/subuid", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").compactMap { $0.split(separator: ":").first }.map(
      String.init
    )
    .first { $0 != "root" && getpwnam($0) != nil }
  }()
}

/// Containers of an ordinary user.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"),
  .enabled(if: OrdinaryUser.name != nil, "no user has subordinate numbers"))
struct RootlessTests {
  /// A home of the user's with a file system for containers in it, and the programs, which may stand where
  /// the user cannot go.
  private func place(
    in workspace: Workspace, for user: String
  ) throws -> (home: String, bin: String) {
    let (home, bin) = ("\(workspace.folder)/home", "\(workspace.folder)/bin")
    for folder in ["\(home)/run", bin] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    try workspace.must("/bin/cp", "-r", try workspace.makeRoot(), "\(home)/rootfs")
    try workspace.must("/bin/chown", "-R", "\(user):", home)
    let own = URL(fileURLWithPath: Engine.program).resolvingSymlinksInPath()
      .deletingLastPathComponent().path
    let beside = own.hasSuffix("/bin") ? own.dropLast(4) + "/libexec/podman" : own[...]
    for name in ["podman", "ocirun", "podman-monitor", "podman-dns"] {
      for folder in [own, String(beside)]
      where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
        try workspace.must("/bin/cp", "-L", "\(folder)/\(name)", "\(bin)/\(name)")
      }
    }
    return (home, bin)
  }

  @Test func commandsOfAUserShareWhatTheyMount() throws {
    let user = try #require(OrdinaryUser.name)
    try withWorkspace { (workspace: Workspace) throws in
      let (home, bin) = try place(in: workspace, for: user)
      func podman(_ words: String) throws -> Output {
        try workspace.run([
          "/bin/su", user, "-s", "/bin/sh", "-c",
          "cd \(home) && HOME=\(home) XDG_RUNTIME_DIR=\(home)/run \(bin)/podman \(words)",
        ])
      }
      workspace.atEnd {
        _ = try? podman("rm -fa -t 0")
        // Ends the process that keeps the user's namespaces.
        _ = try? podman("system migrate")
      }
      let rootfs = "--network none --rootfs \(home)/rootfs"
      let alone = try podman("run --rm \(rootfs) sh -c 'id -u; cat /proc/self/uid_map'")
      #expect(alone.status == 0 && alone.lines.first == "0" && alone.lines.count == 3, "\(alone)")
      let kept = try podman("run --rm --userns keep-id \(rootfs) id -u")
      #expect(kept.text == (try workspace.must("/usr/bin/id", "-u", user).text), "\(kept)")

      let started = try podman("run -d --name s \(rootfs) sleep 1000")
      #expect(started.status == 0, "\(started)")
      #expect(try podman("ps --format '{{.Names}}'").text == "s")
      let limited = try podman("run --rm --uidmap 0:0:1 \(rootfs) true")
      #expect(limited.status != 125 || limited.stderr.contains("Error:"))
      #expect(try podman("stop -t 0 s").status == 0)
      #expect(try podman("inspect --format '{{.State.ExitCode}}' s").text == "137")
      #expect(try podman("rm s").status == 0)
      #expect(try podman("ps -aq").text == "")
    }
  }

  /// Ports of containers on a user's bridges: both families, with the address of who asks, and again after
  /// the firewall was emptied; then a way out by pasta for a container with users of its own.
  @Test(.enabled(if: access("/usr/bin/pasta", X_OK) == 0, "pasta is not installed"))
  func portsOnBridges() throws {
    let user = try #require(OrdinaryUser.name)
    try withWorkspace { (workspace: Workspace) throws in
      let (home, bin) = try place(in: workspace, for: user)
      let script = try workspace.write(
        """
        cd \(home); export HOME=\(home) XDG_RUNTIME_DIR=\(home)/run PATH=\(bin):$PATH
        try() { curl -g -s -m 3 -o /dev/null -w '%{http_code} ' "http://$1:8080/"; }
        podman network create --ipv6 n1
        podman run -d --name web --network n1 -p 8080:80 --rootfs rootfs \\
          sh -c 'echo page > /tmp/index.html; exec httpd -f -v -p 80 -h /tmp' >/dev/null
        for host in 127.0.0.1 '[::1]' 192.0.2.1 '[2001:db8::1]'; do try "$host"; done; echo
        podman logs web 2>&1 | grep -c '192.0.2.1\\|2001:db8::1'
        podman unshare --rootless-netns nft flush ruleset
        for i in $(seq 50); do podman unshare --rootless-netns nft list table inet podman >/dev/null 2>&1 \\
          && break; sleep 0.1; done
        for host in 127.0.0.1 '[2001:db8::1]'; do try "$host"; done; echo
        podman run --rm --network n1 -p 81/sctp --rootfs rootfs true 2>&1 | grep -o 'pasta has tcp and udp'
        podman rm -f -t 0 web >/dev/null; podman network rm n1
        podman run --rm --userns keep-id -p 8080:80 --rootfs rootfs sh -c 'echo $(id -u) $(ls /sys/class/net)'
        podman system migrate >/dev/null
        """, to: "script")
      try workspace.must("/bin/chmod", "a+r", script)
      // pasta opens /dev/net/tun, which not every machine lets users do.
      let output = try workspace.run([
        "/usr/bin/unshare", "--net", "--mount", "/bin/sh", "-ec",
        """
        ip link set lo up; ip link add eth0 type veth peer name eth0p; ip link set eth0 up
        ip link set eth0p up; ip addr add 192.0.2.1/24 dev eth0; ip route add default via 192.0.2.2
        ip -6 addr add 2001:db8::1/64 dev eth0 nodad; ip -6 route add default via 2001:db8::2
        mknod -m 666 \(workspace.folder)/tun c 10 200; mount --bind \(workspace.folder)/tun /dev/net/tun
        exec su \(user) -s /bin/bash -c 'timeout 60 bash \(script)' </dev/null
        """,
      ])
      #expect(
        output.text == """
          n1
          200 200 200 200 
          2
          200 200 
          pasta has tcp and udp
          n1
          \(try workspace.must("/usr/bin/id", "-u", user).text) eth0 lo
          """, "\(output)")
    }
  }
}
