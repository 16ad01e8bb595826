import Foundation
import Testing

/// Networks by the command line, on a host of their own: a network namespace.
@Suite(.serialized, .enabled(if: Engine.reasonToSkip == nil, "podman cannot be run here"))
struct NetworkTests {
  /// Runs lines of a shell where `podman` is ours and `image` has busybox, until one fails.
  private func onHost(_ engine: Engine, _ script: String) throws -> Output {
    try engine.shell("set -eu; image=\(Engine.image)\n\(script)")
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
          126
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
          127.0.0.1\tlocalhost
          ::1\tlocalhost
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

  /// What the host's address, its own name and its servers are in each mode.
  @Test func filesOfEachMode() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        busybox ip link add out type veth peer name out1; busybox ip link set out up
        busybox ip addr add 192.0.2.7/24 dev out
        set +e
        show() { podman run --rm --name one "$@" $image sh -c \\
          'grep -h containers.internal /etc/hosts; grep one /etc/hosts; cat /etc/resolv.conf'; }
        echo host; podman run --rm --network host $image sh -c \\
          'grep -c "^127.0.0.1.host.containers.internal" /etc/hosts; hostname' | sed "s/^$(hostname)\\$/own/"
        echo none; show --network none --hostname h 2>&1
        echo conflict; show --network none --dns 1.1.1.1 2>&1
        echo bad; show --dns foo 2>&1; show --dns-search . --dns-search x 2>&1
        """)
      #expect(
        output.text == """
          host
          1
          own
          none
          192.0.2.7\thost.containers.internal host.docker.internal
          127.0.0.1\th one
          cat: can't open '/etc/resolv.conf': No such file or directory
          conflict
          Error: conflicting options: dns and the network mode: none
          bad
          Error: --dns "foo": foo is not an ip address
          Error: --dns-search ".,x": a dot means no search domains, and stands alone
          """)
    }
  }

  /// Lines that a container has added to its /etc/hosts stay when networks come and go.
  @Test func hostsFileIsChangedInPlace() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        podman network create --subnet 10.45.1.0/24 n1 >/dev/null
        podman network create --subnet 10.45.2.0/24 n2 >/dev/null
        podman run -d --name one --hostname h --network n1 $image sleep 100 >/dev/null
        podman exec one sh -c 'echo 10.9.9.9 mine >> /etc/hosts'
        podman network connect n2 one; podman exec one tail -n 3 /etc/hosts
        podman network disconnect n1 one; podman exec one tail -n 2 /etc/hosts
        podman exec one cat /etc/resolv.conf
        """)
      #expect(
        output.text == """
          10.45.1.2\th one
          10.9.9.9 mine
          10.45.2.2\th one
          10.9.9.9 mine
          10.45.2.2\th one
          search dns.podman
          nameserver 10.45.2.1
          """)
    }
  }

  @Test func publishedPortsAreCheckedAtTheEdge() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        set +e
        try() { podman create --name x "$@" $image 2>&1 | grep Error; podman port x 2>/dev/null; \\
          podman rm -f x >/dev/null 2>&1; }
        try -p 8080:80 -p 8080:81
        try -p 8080-8085:80-85 -p 8083:90
        try -p 8080:80 -p 8080:80 -p 8080:80/udp
        try -p 127.0.0.1:8080:80 -p 192.0.2.1:8080:81
        try -p localhost:80:80
        podman create --name x -p 80-81 $image >/dev/null; podman port x | grep -vc ':[01]$'
        podman rm x >/dev/null
        podman run --rm -p 203.0.113.9:8080:80 $image true 2>&1
        """)
      #expect(
        output.text == """
          Error: --publish "8080:81/tcp": port 8080 of the host is published already, for port 80 of \
          the container
          Error: --publish "8083:90/tcp": port 8083 of the host is published already, for port 80 of \
          the container
          80/tcp -> 0.0.0.0:8080
          80/udp -> 0.0.0.0:8080
          80/tcp -> 127.0.0.1:8080
          81/tcp -> 192.0.2.1:8080
          Error: --publish "localhost:80:80": "localhost" is no IP address
          2
          Error: cannot publish 203.0.113.9:8080/tcp: no device of the host has the address \
          203.0.113.9
          """)
    }
  }

  @Test func networksAreCheckedAtTheEdge() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        busybox ip link add out type veth peer name out1; busybox ip link set out up
        busybox ip addr add 10.46.0.1/24 dev out
        set +e
        try() { podman network create "$@" 2>&1; }
        try ../evil; try "$(printf 'x%.0s' $(seq 201))" | grep -o 'at most.*'; try bridge
        try --subnet 10.46.0.128/25; try --subnet 10.88.9.0/24
        for net in fe80::/64 127.0.0.0/24 224.0.0.0/24 ff02::/64 0.0.0.0/0; do try --subnet $net; done
        try --subnet 10.47.0.0/24 --gateway 10.48.0.1; try --subnet 10.47.0.0/24 --gateway 10.47.0.255
        try --interface-name out; try --label =a
        try ''
        """)
      func special(_ subnet: String) -> String {
        "Error: subnet \"\(subnet)\" cannot be used: it has to be a network of hosts, not of "
          + "loopback, link-local or multicast addresses\n"
      }
      #expect(
        output.text == """
          Error: network name "../evil" cannot be used: it has to be [a-zA-Z0-9][a-zA-Z0-9_.-]*, of at \
          most 200 characters
          at most 200 characters
          Error: cannot create network with name "bridge" because it conflicts with a valid network mode
          Error: subnet 10.46.0.128/25 is already used on the host or by another config: device out has it
          Error: subnet 10.88.9.0/24 is already used on the host or by another config: network podman \
          has it

          """
          + ["fe80::/64", "127.0.0.0/24", "224.0.0.0/24", "ff02::/64", "0.0.0.0/0"].map(special)
          .joined()
            + """
            Error: gateway 10.48.0.1 not in subnet 10.47.0.0/24
            Error: gateway "10.47.0.255" cannot be used: it has to be an address of a host in 10.47.0.0/24
            Error: interface name out is already used by a device of the host that is no bridge
            Error: failed to parse --label: invalid format: "=a"
            podman1
            """)
    }
  }

  /// A bridge of another engine with the same subnet would get the packets.
  @Test func anotherBridgeWithTheSubnetIsNamed() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        busybox ip link add cni-podman0 type bridge; busybox ip link set cni-podman0 up
        busybox ip addr add 10.88.0.1/16 dev cni-podman0
        podman run --rm -p 8080:80 $image true 2>&1 | cut -d ';' -f 1
        busybox ip link delete cni-podman0
        podman run --rm -p 8080:80 $image echo good
        """)
      #expect(
        output.text == """
          Error: network podman cannot be used: its subnet 10.88.0.0/16 is also that of device \
          cni-podman0, which would get its containers' packets
          good
          """)
    }
  }

  /// Each address of the host that a port is published on, and none besides; both families.
  @Test func portsOfBothFamilies() throws {
    try withEngine { engine in
      let output = try onHost(
        engine,
        """
        busybox ip link add out type veth peer name out1; busybox ip link set out up
        busybox ip addr add 192.0.2.1/24 dev out; ip -6 addr add 2001:db8::1/64 dev out nodad
        for f in ip ip6; do echo 0 > /proc/sys/net/bridge/bridge-nf-call-${f}tables || true; done 2>/dev/null
        podman network create --ipv6 n6 >/dev/null
        podman run -d --name web --network n6 -p 8081:80 -p '[::1]:8082:80' -p 127.0.0.1:8083:80 \\
          -p '[::]:8084:80' -p 0.0.0.0:8085:80 -p 192.0.2.1:8086:80 -p '[2001:db8::1]:8087:80' \\
          $image sh -c 'echo page > /tmp/index.html; exec httpd -f -p 80 -h /tmp' >/dev/null
        for port in 8081 8082 8083 8084 8085 8086 8087; do
          for host in 127.0.0.1 '[::1]' 192.0.2.1 '[2001:db8::1]'; do
            curl -g -s -m 2 -o /dev/null "http://$host:$port/" && echo -n 'yes ' || echo -n 'no '
          done; echo
        done
        podman exec web wget -q -O - 'http://[2001:db8::1]:8081/'
        podman port web | head -n 2
        """)
      #expect(
        output.text == """
          yes yes yes yes 
          no yes no no 
          yes no no no 
          yes yes yes yes 
          yes no yes no 
          no no yes no 
          no no no yes 
          page
          80/tcp -> 0.0.0.0:8081
          80/tcp -> [::1]:8082
          """)
    }
  }

  /// A server on the line lends an address, prolongs it and gets it back.
  @Test(.enabled(if: access("/usr/sbin/dnsmasq", X_OK) == 0, "dnsmasq is not installed"))
  func addressesByDHCP() throws {
    try withEngine { engine in
      let folder = engine.workspace.folder
      let output = try onHost(
        engine,
        """
        ip link add server type veth peer name lan; ip addr add 10.77.0.1/24 dev server
        ip link set server up; ip link set lan up
        dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=server --no-ping \\
          --bind-interfaces --dhcp-range=10.77.0.50,10.77.0.99,255.255.255.0,2m --dhcp-authoritative \\
          --dhcp-option=option:dns-server,10.77.0.1 --domain=lan.example --user=root \\
          --dhcp-leasefile=\(folder)/leases --pid-file= --log-facility=\(folder)/log &
        trap "kill $!" EXIT
        for i in $(seq 50); do busybox netstat -ul | grep -q :bootps && break; sleep 0.1; done
        podman network create -d macvlan -o parent=lan m1
        podman network create --ipam-driver dhcp b1
        podman run -d --name box --network m1 $image sleep 1000 >/dev/null
        podman exec box cat /etc/resolv.conf
        address=$(podman inspect box --format '{{.NetworkSettings.Networks.m1.IPAddress}}')
        podman exec box ip -4 addr show eth0 | grep -c "inet $address/24"
        podman exec box ip route | grep -c '^default via 10.77.0.1'
        grep -c " $address box " \(folder)/leases
        # Half of the time of a lease goes by.
        file=$(ls \(folder)/data/run/*/networks/containers/*.json)
        busybox sed -i 's/"obtained": *\\([0-9]*\\)\\([0-9]\\{4\\}\\)/"obtained":\\10000/' $file
        busybox sed -i 's/"duration": *120/"duration":100000000/; s/"rebinding": *105/"rebinding":100000000/' $file
        podman network reload box >/dev/null
        grep -c "DHCPREQUEST(server) $address" \(folder)/log
        podman rm -f -t 0 box >/dev/null
        for i in $(seq 50); do grep -q DHCPRELEASE \(folder)/log && break; sleep 0.1; done
        grep -c "DHCPRELEASE(server) $address" \(folder)/log
        podman run --rm --network b1 $image true 2>&1
        """)
      #expect(
        output.text == """
          m1
          b1
          search lan.example
          nameserver 10.77.0.1
          1
          1
          1
          2
          1
          Error: no DHCP server answers in network b1; please see that one serves its line, or give \
          the network a --subnet
          """, "\(output)")
    }
  }
}
