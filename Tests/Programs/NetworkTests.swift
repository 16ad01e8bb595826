import Foundation
import Testing

/// Networks by the command line, on a host of their own: a network namespace.
@Suite(.serialized, .enabled(if: Engine.reasonToSkip == nil, "podman cannot be run here"))
struct NetworkTests {
  /// Runs lines of a shell in a new network namespace, where `podman` is ours and `image` has busybox.
  private func onHost(_ engine: Engine, _ script: String) throws -> Output {
    try engine.shell(
      """
      export -f podman; export image=\(Engine.image)
      unshare --net bash -eu <<'END'
      busybox ip link set lo up
      \(script)
      END
      """)
  }

  @Test func networkIsCreatedShownAndRemoved() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        podman network create --driver bridge --subnet 172.20.0.0/16 --label a=b mynetwork
        podman network create --subnet 172.20.5.0/24 other 2>&1 || echo refused
        podman network ls --format '{{.Name}} {{.Driver}}'
        podman network inspect --format '{{(index .Subnets 0).Gateway}} {{.Labels.a}}' mynetwork
        podman network exists mynetwork && podman network rm mynetwork
        podman network exists mynetwork || echo $?
        podman network rm podman 2>&1 || echo $?
        """)
      #expect(
        output.text == """
          mynetwork
          Error: subnet 172.20.5.0/24 is already used on the host or by another config: network \
          mynetwork has it
          refused
          mynetwork bridge
          podman bridge
          172.20.0.1 b
          mynetwork
          1
          Error: default network podman cannot be removed
          125
          """)
    }
  }

  @Test func containersFindAndReachEachOther() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        podman network create n1 >/dev/null; podman network create n2 >/dev/null
        podman run -d --name web --network n1:alias=www -p 8080:80 $image \\
          sh -c 'echo page > /tmp/index.html; exec httpd -f -p 80 -h /tmp' >/dev/null
        podman port web
        timeout 5 busybox nc -l -p 8080 2>&1 | grep -o 'in use'
        busybox wget -q -O - http://127.0.0.1:8080/
        for name in web www; do podman run --rm --network n1 $image wget -q -O - http://$name/; done
        podman run --rm --network n2 $image nslookup web >/dev/null || echo unknown
        podman run --rm -p 8080:81 $image true 2>&1 || echo $?
        podman network connect --alias second n2 web
        podman run --rm --network n2 $image wget -q -O - http://second/
        podman network rm n2 2>/dev/null || echo $?
        podman network disconnect n1 web
        busybox wget -q -O - http://127.0.0.1:8080/
        podman rm -f -t 0 web
        podman network rm n1 n2
        podman network ls -q
        """)
      #expect(
        output.text == """
          80/tcp -> 0.0.0.0:8080
          in use
          page
          page
          page
          unknown
          Error: cannot publish 8080/tcp: the port is already in use by container web: address \
          already in use
          125
          page
          2
          page
          web
          n1
          n2
          podman
          """)
    }
  }

  @Test func filesOfAContainer() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        podman network create --subnet 10.44.0.0/24 n1 >/dev/null
        podman run --rm --name one --hostname box --network n1:ip=10.44.0.9,mac=92:d0:c6:0a:29:33 \\
          --add-host db:1.2.3.4 --add-host gate:host-gateway --dns 192.0.2.53 \\
          --hosts-file none $image sh -c 'cat /etc/hosts /etc/resolv.conf /sys/class/net/eth0/address'
        podman run --rm --dns 192.0.2.53 --dns-search example.com $image cat /etc/resolv.conf
        podman run --rm --network none $image ip -o addr | wc -l
        """)
      #expect(
        output.text == """
          1.2.3.4\tdb
          10.44.0.1\tgate
          10.44.0.1\thost.containers.internal host.docker.internal
          10.44.0.9\tbox one
          search dns.podman
          nameserver 10.44.0.1
          92:d0:c6:0a:29:33
          search example.com
          nameserver 192.0.2.53
          2
          """)
    }
  }
}
