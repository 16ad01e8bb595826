import Foundation
import Testing

/// The lines that people type all day, as manuals show them: each has to work as it stands, with local
/// images under the names that it uses.
@Suite(
  .serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct HandbookTests {
  private static let images = [
    "ubuntu", "nginx", "myapp", "isolated-app", "cpu-intensive-app", "memory-app",
    "io-intensive-app", "fork-bomb-protection", "file-heavy-app", "database-app",
    "memory-sensitive-app", "cpu-bound-app", "realtime-app", "numa-aware-app",
    "high-throughput-app", "network-intensive-app", "network-app", "webapp", "graceful-app",
    "resilient-app", "application", "prom/prometheus", "problematic-image", "image_name",
  ]

  /// An engine that has an image under every name, whose program sleeps until it is asked to stop.
  private func withImages(_ body: (Engine) throws -> Void) throws {
    try withEngine { engine in
      let folder = engine.workspace.folder
      try engine.workspace.must(
        "\(projectFolder)/Scripts/make-image", "\(folder)/sleeping",
        #"{"Cmd": ["sh", "-c", "trap exit TERM; while :; do sleep 0.1; done"], "Env": ["PATH=/bin"]}"#,
        "\(folder)/root.tar")
      let id = try engine.must("pull", "--quiet", "oci:\(folder)/sleeping").text
      for name in Self.images { try engine.must("tag", id, "localhost/\(name):latest") }
      try body(engine)
    }
  }

  /// Runs lines in their order; each has to succeed.
  private func expect(
    _ engine: Engine, _ lines: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for line in lines {
      let outcome = try engine.shell(line)
      #expect(outcome.status == 0, "\(line)\n\(outcome)", sourceLocation: sourceLocation)
    }
  }

  /// Runs a line that cannot work on this machine: it has to say so, and name what is in the way.
  private func expectRefusal(
    _ engine: Engine, _ line: String, naming word: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try engine.shell(line)
    #expect(outcome.status != 0, "\(line)\n\(outcome)", sourceLocation: sourceLocation)
    #expect(
      outcome.stderr.contains(word), "\(line)\n\(outcome)", sourceLocation: sourceLocation)
  }

  @Test func containerManagement() throws {
    try withImages { engine in
      let shell = try engine.onTerminal("run", "-it", "ubuntu:latest", "/bin/sh", "-c", "tty")
      #expect(shell.stdout.contains("/dev/pts/0"), "\(shell)")
      try expect(engine, "podman run -d --name webserver nginx", "podman ps -a")
      #expect(try engine.shell("podman ps -a").text.contains("webserver"))
      try expect(engine, "podman stop webserver", "podman rm webserver")
      #expect(try !engine.shell("podman ps -a").text.contains("webserver"))
    }
  }

  @Test func imageManagement() throws {
    try withImages { engine in
      try expect(
        engine, "podman images", "podman tag myapp:latest myapp:v1.0", "podman rmi ubuntu:latest",
        "podman history nginx", "podman image prune -f", "podman image prune -a -f")
      #expect(try !engine.shell("podman images").text.contains("ubuntu"))
    }
  }

  @Test func inspectionAndDebugging() throws {
    try withImages { engine in
      try engine.workspace.must(engine.command(["run", "-d", "--name", "container_name", "nginx"]))
      _ = try engine.workspace.write("hello\n", to: "file.txt")
      try expect(
        engine,
        "podman inspect container_name --format '{{.Config.Env}}'",
        "podman logs --timestamps container_name",
        "podman exec -i container_name /bin/sh -c 'mkdir -p /path/to/destination'",
        "podman cp file.txt container_name:/path/to/destination",
        "rm file.txt; podman cp container_name:/path/to/destination/file.txt ./",
        "test \"$(cat file.txt)\" = hello",
        "podman stats container_name --no-stream",
        "podman export container_name > container_backup.tar",
        "podman import container_backup.tar new_image:tag",
        "podman commit container_name new_image:tag",
        "podman save -o myimage.tar localhost/myapp:latest",
        "podman load -i myimage.tar",
        "podman inspect container_name | jq -e '.[]|{State,Config,NetworkSettings}'",
        "podman inspect container_name --format '{{.HostConfig.Memory}}'",
        "podman inspect container_name --format '{{.Mounts}}'",
        "podman exec container_name ls -la /bin",
        "podman exec container_name cat /proc/meminfo",
        "podman exec container_name ip addr show",
        "podman ps -a --format \"table {{.Names}}\\t{{.Status}}\\t{{.ExitCode}}\"",
        "podman logs --tail 100 --timestamps container_name",
        "podman logs container_name > container.log 2>&1",
        "podman system df",
        "podman port container_name")
    }
  }

  @Test func securityHardening() throws {
    try withImages { engine in
      _ = try engine.workspace.write(
        #"{"defaultAction": "SCMP_ACT_ALLOW"}"#, to: "custom-profile.json")
      try expect(
        engine,
        "podman run -d --user 1001:1001 --group-add 2001 myapp",
        "podman run -d --cap-drop=all --cap-add=net_bind_service nginx",
        "podman run -d --read-only --tmpfs /tmp --tmpfs /var/run nginx",
        "podman run -d --security-opt seccomp=custom-profile.json myapp",
        "podman run -d --security-opt no-new-privileges myapp",
        "podman run -d --security-opt label=type:container_runtime_t myapp")
      let user = try engine.shell(
        "podman run --rm --user 1001:1001 --group-add 2001 myapp id")
      #expect(user.text == "uid=1001(1001) gid=1001(1001) groups=1001(1001),2001", "\(user)")
      let bounds = try engine.shell(
        "podman run --rm --cap-drop=all --cap-add=net_bind_service nginx grep CapBnd /proc/self/status"
      )
      #expect(bounds.text.hasSuffix("0000000000000400"), "\(bounds)")
    }
  }

  @Test func resourceManagement() throws {
    try withImages { engine in
      try expect(
        engine,
        "podman run -d --cpus=\"1.5\" --cpu-shares=1024 cpu-intensive-app",
        "podman run -d --memory=512m --memory-swap=1g memory-app",
        "podman run -d --pids-limit=100 fork-bomb-protection",
        "podman run -d --ulimit nofile=1024:2048 file-heavy-app",
        "podman run -d --tmpfs /tmp:size=100M,noexec,nosuid,nodev myapp",
        "podman run -d --shm-size=2g --memory=4g database-app",
        "podman run -d --cpuset-cpus=\"0\" --cpuset-mems=\"0\" numa-aware-app",
        "podman volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=1G fast-volume",
        "podman stats --no-stream --format \"table {{.Container}}\\t{{.MemUsage}}\\t{{.MemPerc}}\"",
        "podman stats --no-stream --format json | jq -e '.[]|{name,cpu,memory}'")
      let limits = try engine.shell(
        "podman run --rm --ulimit nofile=1024:2048 myapp sh -c 'ulimit -Sn; ulimit -Hn'")
      #expect(limits.words == ["1024", "2048"], "\(limits)")
      if access("/dev/sda", F_OK) != 0 {
        try expectRefusal(
          engine,
          "podman run -d --device-read-bps /dev/sda:1mb --device-write-bps /dev/sda:1mb io-intensive-app",
          naming: "/dev/sda")
      }
    }
  }

  @Test func lifecycle() throws {
    try withImages { engine in
      try expect(
        engine,
        """
        podman run -d --health-cmd="curl -f http://localhost:8080/health" --health-interval=30s \
          --health-timeout=10s --health-retries=3 webapp
        """,
        "podman run -d --stop-timeout=30 --stop-signal=SIGTERM graceful-app",
        "podman run -d --name twice --restart=unless-stopped --restart-policy=on-failure:3 resilient-app",
        "podman run --log-level debug problematic-image true",
        "podman events --stream=false --since 1h --filter type=container --format=\"{{.Time}} {{.Action}} {{.Actor.Attributes.name}}\" | grep 'create twice'"
      )
    }
  }

  @Test func volumes() throws {
    try withImages { engine in
      try expect(
        engine, "podman volume create myvolume", "podman volume ls",
        "podman volume inspect myvolume", "podman run --rm -v myvolume:/data nginx touch /data/x",
        "podman volume ls --filter dangling=true", "podman volume rm myvolume",
        "podman volume prune -f")
    }
  }

  @Test func networks() throws {
    try withImages { engine in
      try expect(
        engine,
        "podman network create --driver bridge --subnet 172.20.0.0/16 mynetwork",
        "podman network ls", "podman network inspect mynetwork",
        "podman run -d --name mycontainer nginx",
        "podman network connect mynetwork mycontainer",
        "podman exec mycontainer ip addr show | grep 172.20.",
        "podman network disconnect mynetwork mycontainer",
        "podman network rm mynetwork",
        """
        podman network create -d macvlan --subnet=192.168.1.0/24 --gateway=192.168.1.1 -o parent=eth0 \
          macvlan-network
        """,
        "podman run --rm --network macvlan-network myapp ip addr show | grep 192.168.1.",
        "podman network create network1", "podman network create network2",
        "podman run -d --network network1 --network network2 myapp",
        "podman run -d --network none isolated-app",
        "podman run -d --dns 8.8.8.8 --dns-search example.com myapp",
        "podman run -d --network host high-throughput-app",
        "podman run -d --device /dev/net/tun network-app",
        "podman run -d -p 127.0.0.1:18080:80/tcp -p 127.0.0.1:19090:9090/udp nginx")
    }
  }

  @Test func basicCommands() throws {
    try withImages { engine in
      try expect(
        engine,
        "podman run --name nginx -d -p 18081:80 nginx", "podman inspect nginx",
        "test \"$(podman port nginx)\" = '80/tcp -> 0.0.0.0:18081'",
        "podman stop nginx", "podman start nginx", "podman stop nginx", "podman rm nginx",
        "podman ps -a && podman images", "podman --help")
    }
  }

  @Test func systemInformation() throws {
    try withImages { engine in
      try expect(
        engine, "podman info", "podman version",
        "podman system info | grep -iE '(Version|Storage|Security)'",
        "test \"$(podman info --format '{{.Store.GraphDriverName}}')\" = overlay",
        "podman system info --format '{{.Host.OCIRuntime.Name}}'",
        "podman system info --format '{{.Host.Security}}'")
    }
  }

  /// Lines that stay until somebody ends them: they must have said something useful by then.
  @Test func linesThatFollow() throws {
    try withImages { engine in
      let start = "podman run --name nginx -p 18082:80 nginx & sleep 1; podman stop nginx; wait $!"
      let run = try engine.shell(start)
      #expect(run.status == 143 || run.status == 0, "\(run)")
      #expect(run.text == "nginx", "\(run)")
      let talk = "i=0; while :; do i=$((i+1)); echo ERROR $i; sleep 0.2; done"
      try engine.workspace.must(
        engine.command([
          "run", "-d", "--name", "container_name", "--network", "none", Engine.image, "sh", "-c",
          talk,
        ]))
      for (line, wanted) in [
        ("podman logs -f --timestamps container_name", "ERROR 2"),
        (
          "podman logs -f container_name | grep --line-buffered -E \"(ERROR|WARN|FATAL)\"",
          "ERROR 2"
        ),
        ("podman stats", "container_name"),
        (
          "podman stats --format \"table {{.Container}}\\t{{.MemUsage}}\\t{{.MemPerc}}\"",
          "MEM USAGE"
        ),
        (
          "podman stats --format \"json\" | jq --unbuffered '.[]|{name,cpu,memory}'",
          "container_name"
        ),
      ] {
        let result = try following(engine, line)
        #expect(result.stdout.contains(wanted), "\(line)\n\(result)")
      }
      let grep = try engine.shell("podman logs container_name --since 1h | grep ERROR | head -1")
      #expect(grep.text == "ERROR 1", "\(grep)")
      let events = try following(
        engine, "podman events & sleep 0.5; podman stop -t 0 container_name >/dev/null; wait")
      #expect(events.stdout.contains("container died"), "\(events)")
    }
  }

  /// Runs a line for two seconds, and ends it with all that it started.
  private func following(_ engine: Engine, _ line: String) throws -> Output {
    let file = try engine.workspace.write(line + "\n", to: "line.sh")
    return try engine.shell("export -f podman; timeout 2 bash \(file) >said 2>&1; cat said")
  }

  /// Lines whose program or kernel may not be here: they work, or say what is in the way.
  @Test func linesThatDependOnTheMachine() throws {
    try withImages { engine in
      for (line, obstacles) in [
        ("podman run -d --memory=1g --memory-swappiness=10 memory-sensitive-app", ["swappiness"]),
        ("podman run -d --cpuset-cpus=\"0,1\" --cpus=\"2\" cpu-bound-app", ["cpus"]),
        ("podman run -d --cpuset-mems=\"0\" --cpuset-cpus=\"0-3\" numa-aware-app", ["cpus"]),
        (
          "podman run -d --cpu-rt-runtime=950000 --cpu-rt-period=1000000 realtime-app",
          ["rt", "realtime"]
        ),
        (
          "podman run -d --sysctl net.core.rmem_max=134217728 --sysctl net.core.wmem_max=134217728 network-intensive-app",
          ["net.core.rmem_max", "net/core/rmem_max"]
        ),
        (
          "podman run -d --log-driver=journald --log-opt tag=\"{{.ImageName}}\" application",
          ["journal"]
        ),
        ("podman run --rm -it image_name /bin/sh -c \"echo 'Image accessible'\"", []),
        ("mkdir -p here; podman run -d -v ./here:/container/path:Z image_name", []),
        ("podman run --name container_name -d image_name", []),
        ("podman exec container_name top -bn1", []),
        ("podman exec container_name ls -la /bin", []),
        ("podman exec container_name ping -c 1 -W 1 8.8.8.8", ["ping", ""]),
        ("podman exec container_name nslookup google.com", [""]),
        ("podman exec container_name iostat 1 5", ["iostat"]),
        ("podman exec container_name ss -tuln", ["ss"]),
        ("podman exec container_name strace -p 1 -c", ["strace"]),
        ("echo n | podman volume prune", []), ("echo n | podman image prune", []),
        ("echo n | podman image prune -a", []),
        ("podman network create network_name; podman network inspect network_name", []),
      ] {
        let result = try engine.shell(line)
        if result.status == 0 { continue }
        #expect(
          obstacles.contains { $0.isEmpty || result.stderr.contains($0) }, "\(line)\n\(result)")
      }
    }
  }
}
