import Foundation
import Testing

/// The ways to a registry: credential helpers, client certificates, proxies, mirrors, and what each failure
/// on the way is called. And Docker's daemon, which is no registry.
@Suite(
  .serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"),
  .enabled(if: Program.named("docker-registry") != nil, "docker-registry is not installed"))
struct RegistryAccessTests {
  /// A program `docker-credential-test` in PATH, that keeps what it is told in files and notes what it is asked.
  private func makeHelper(_ engine: Engine) throws {
    let folder = engine.workspace.folder
    _ = try engine.workspace.write(
      """
      #!/bin/bash
      cd '\(folder)'
      echo "$1" >>helper-calls
      case $1 in
        get) read -r host; cat "kept-$host" 2>/dev/null ||
          { echo 'credentials not found in native keychain'; exit 1; } ;;
        store) text=$(cat); host=${text#*'"ServerURL":"'}; host=${host%%'"'*}
          echo "$text" >"kept-$host" ;;
        erase) read -r host; rm "kept-$host" ;;
        *) exit 1 ;;
      esac
      """, to: "docker-credential-test")
    chmod(folder + "/docker-credential-test", 0o755)
    _ = try engine.workspace.write(
      "#!/bin/bash\necho the keychain is locked; exit 1\n", to: "docker-credential-broken")
    chmod(folder + "/docker-credential-broken", 0o755)
    engine.workspace.environment["PATH"] = folder + ":/usr/sbin:/usr/bin:/sbin:/bin"
  }

  @Test func credentialHelpersKeepWhatALoginGives() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      try makeHelper(engine)
      let registry = try TestRegistry(engine) { request, _, _ in
        request.headers["authorization"] == "Basic dXNlcjpwYXNz"
          ? nil : .text(401, "", ["WWW-Authenticate": "Basic realm=\"r\""])
      }
      let host = registry.server.host
      for document in [#"{"credHelpers": {"\#(host)": "test"}}"#, #"{"credsStore": "test"}"#] {
        let file = try engine.workspace.write(document, to: "auth.json")
        engine.workspace.environment["REGISTRY_AUTH_FILE"] = file
        let before = try engine.run("pull", "-q", "--tls-verify=false", registry.image)
        #expect(before.stderr.contains("please log in: podman login \(host)"), "\(before)")
        try engine.must("login", "--tls-verify=false", "-u", "user", "-p", "pass", host)
        #expect(contents(engine.workspace.folder + "/kept-\(host)").contains(#""Secret":"pass""#))
        #expect(!contents(file).contains("auths\": {\""), "\(contents(file))")
        #expect(try engine.must("login", "--get-login", host).text == "user")
        try engine.must("pull", "-q", "--tls-verify=false", registry.image)
        try engine.must("logout", host)
        #expect(access(engine.workspace.folder + "/kept-\(host)", F_OK) != 0)
        #expect(try engine.run("login", "--get-login", host).status == 125)
      }
      // Those of registries.conf come before all files.
      engine.workspace.environment["REGISTRY_AUTH_FILE"] = nil
      engine.workspace.environment["CONTAINERS_REGISTRIES_CONF"] = try engine.workspace.write(
        "credential-helpers = [\"test\"]\n", to: "helpers.conf")
      try engine.must("login", "--tls-verify=false", "-u", "user", "-p", "pass", host)
      try engine.must("pull", "-q", "--tls-verify=false", registry.image)
      let calls = contents(engine.workspace.folder + "/helper-calls").split(separator: "\n")
      #expect(Set(calls) == ["get", "store", "erase"])

      for (name, words) in [("broken", "the keychain is locked"), ("absent", "it is not in PATH")] {
        engine.workspace.environment["CONTAINERS_REGISTRIES_CONF"] = try engine.workspace.write(
          "credential-helpers = [\"\(name)\"]\n", to: "helpers.conf")
        let output = try engine.run("pull", "-q", "--tls-verify=false", registry.image)
        #expect(output.status == 125)
        #expect(
          output.stderr.contains("docker-credential-\(name) failed: \(words)"), "\(output)")
      }
    }
  }

  @Test func clientCertificatesAreShown() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let folder = engine.workspace.folder
      let server = try DockerRegistry.makeCertificate(engine.workspace)
      let client = try DockerRegistry.makeCertificate(engine.workspace, name: "client")
      let host = try DockerRegistry.start(
        engine.workspace,
        http: "  tls: {certificate: \(server.certificate), key: \(server.key), "
          + "clientcas: [\(client.certificate)]}")
      let name = "\(host)/box:1"
      engine.workspace.environment["HOME"] = folder + "/home"
      let certificates = folder + "/home/.config/containers/certs.d/\(host)"
      try FileManager.default.createDirectory(
        atPath: certificates, withIntermediateDirectories: true)
      func install(_ source: String, _ name: String) throws {
        try FileManager.default.copyItem(atPath: source, toPath: certificates + "/" + name)
      }
      #expect(
        try engine.run("push", "-q", Engine.image, name).stderr.contains("is not trusted"))
      try install(server.certificate, "ca.crt")
      let nameless = try engine.run("push", "-q", "--retry", "0", Engine.image, name)
      #expect(nameless.status == 125)
      #expect(nameless.stderr.contains("certificate"), "\(nameless)")
      try install(client.certificate, "client.cert")
      let keyless = try engine.run("push", "-q", Engine.image, name)
      #expect(keyless.stderr.contains("client.key, cannot be read"), "\(keyless)")
      try install(client.key, "client.key")
      try engine.must("push", "-q", Engine.image, name)
      // The same by --cert-dir, without the folder of the host.
      engine.workspace.environment["HOME"] = folder
      let elsewhere = folder + "/certificates"
      try FileManager.default.moveItem(atPath: certificates, toPath: elsewhere)
      #expect(try engine.run("pull", "-q", name).status == 125)
      try engine.must("pull", "-q", "--cert-dir", elsewhere, name)
    }
  }

  @Test func proxiesAreUsedAndPassedBy() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      try engine.must("rmi", "--all", "--force")
      let proxy = try TestRegistry(engine) { request, _, _ in
        request.method == "CONNECT" ? .text(403, "no tunnels here") : nil
      }
      let name = "registry.invalid/image:latest"
      engine.workspace.environment["http_proxy"] = "http://\(proxy.server.host)"
      engine.workspace.environment["HTTPS_PROXY"] = "http://\(proxy.server.host)"
      try engine.must("pull", "-q", "--tls-verify=false", name)
      let asked = Set(proxy.server.requests.map { "\($0.method) \($0.proxied ?? "")" })
      #expect(asked == ["CONNECT registry.invalid:443", "GET registry.invalid"])
      for exception in ["registry.invalid", ".invalid", "*", "other.example, invalid"] {
        engine.workspace.environment["NO_PROXY"] = exception
        let direct = try engine.run(
          "pull", "-q", "--retry", "0", "--tls-verify=false", name)
        #expect(
          direct.stderr.contains("the host registry.invalid is not known"),
          "\(exception): \(direct)")
      }
    }
  }

  @Test func eachFailureOfTheWayHasItsSentence() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let port = try Loopback.freePort()
      let plain = try TestServer(engine.workspace) { _, _ in .text(404, "") }
      let server = try DockerRegistry.makeCertificate(engine.workspace)
      let secure = try DockerRegistry.start(
        engine.workspace,
        http: "  tls: {certificate: \(server.certificate), key: \(server.key)}")
      for (name, words) in [
        ("host.invalid/a", "the host host.invalid is not known"),
        ("127.0.0.1:\(port)/a", "no connection to 127.0.0.1:\(port)"),
        ("\(plain.host)/a", "does not speak HTTPS"),
        ("\(secure)/a", "put its authority into /etc/containers/certs.d/\(secure)/ca.crt"),
        ("127.0.0.1:99999/a", "127.0.0.1:99999"), ("a.example/A", "must be lower case"),
      ] {
        let output = try engine.run("pull", "-q", "--retry", "0", name)
        #expect(output.status == 125)
        #expect(output.stderr.contains(words), "\(output)")
        #expect(output.stdout == "")
      }
      let absent = try engine.run("pull", "-q", "--tls-verify=false", "\(secure)/a/b:c")
      #expect(absent.stderr.contains("\(secure)/a/b:c: \(secure) has no such image"), "\(absent)")
    }
  }

  @Test func mirrorsPrefixesAndAliasesLeadToTheImage() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let host = try DockerRegistry.start(engine.workspace)
      let id = try engine.inspect(Engine.image, "{{.Id}}")
      try engine.must("push", "-q", "--tls-verify=false", Engine.image, "\(host)/mirror/box:1")
      try engine.must("push", "-q", "--tls-verify=false", Engine.image, "\(host)/short/box:1")
      let port = try Loopback.freePort()
      let dropIns = engine.workspace.folder + "/home/.config/containers/registries.conf.d"
      try FileManager.default.createDirectory(
        atPath: dropIns, withIntermediateDirectories: true)
      engine.workspace.environment["HOME"] = engine.workspace.folder + "/home"
      engine.workspace.environment["CONTAINERS_REGISTRIES_CONF"] = try engine.workspace.write(
        """
        unqualified-search-registries = ["\(host)/nothing", "\(host)/short"]
        short-name-mode = "disabled"
        [[registry]]
        location = "\(host)"
        insecure = true
        [[registry]]
        prefix = "*.wild.example"
        location = "\(host)/mirror"
        insecure = true
        [[registry]]
        prefix = "main.example"
        location = "127.0.0.1:\(port)"
        [[registry.mirror]]
        location = "127.0.0.1:\(port)/dead"
        [[registry.mirror]]
        location = "\(host)/never"
        insecure = true
        pull-from-mirror = "digest-only"
        [[registry.mirror]]
        location = "\(host)/mirror"
        insecure = true
        [[registry]]
        location = "bad.example"
        blocked = true
        [aliases]
        "tool" = "\(host)/mirror/box"
        """, to: "registries.conf")
      func pull(_ name: String) throws -> Output {
        _ = try engine.run("rmi", "--all", "--force")
        return try engine.run("pull", "--retry", "0", name)
      }
      let mirrored = try pull("main.example/box:1")
      #expect(mirrored.text == id, "\(mirrored)")
      #expect(!mirrored.stderr.contains("\(host)/never"), "\(mirrored)")
      // The image has the name that was asked for, not the mirror's.
      #expect(try engine.inspect(id, "{{.RepoTags}}") == "[main.example/box:1]")
      #expect(try pull("a.wild.example/box:1").text == id)
      #expect(try pull("tool:1").text == id)
      let searched = try pull("box:1")
      #expect(searched.text == id, "\(searched)")
      #expect(try engine.inspect(id, "{{.RepoTags}}") == "[\(host)/short/box:1]")
      #expect(try pull("bad.example/box").stderr.contains("blocked in registries.conf"))
      let none = try pull("main.example/absent:1")
      #expect(none.stderr.contains("was found in none of 3 places"), "\(none)")
      // A place that takes part by files in the folder beside it is not read where one file is named.
      _ = try engine.workspace.write(
        "short-name-mode = \"enforcing\"\nunqualified-search-registries = [\"\(host)/x\", \"\(host)/short\"]\n",
        to: "enforcing.conf")
      engine.workspace.environment["CONTAINERS_REGISTRIES_CONF"] =
        engine.workspace.folder + "/enforcing.conf"
      let enforced = try pull("box:1")
      #expect(enforced.stderr.contains("cannot prompt without a TTY"), "\(enforced)")
    }
  }

  @Test func dockersDaemonGivesAndTakes() throws {
    try withEngine(hasOwnNetwork: false) { engine in
      let folder = engine.workspace.folder
      let socket = folder + "/d.sock"
      guard let dockerd = Program.named("dockerd") else { return }
      let daemon = try engine.workspace.start([
        "/usr/bin/unshare", "--net", "--mount", dockerd, "--data-root", folder + "/data/docker",
        "--exec-root", folder + "/exec", "-H", "unix://\(socket)", "--iptables=false",
        "--bridge=none", "--pidfile", folder + "/docker.pid", "--storage-driver", "vfs",
      ])
      guard eventually(20, { access(socket, F_OK) == 0 || daemon.isOver }), !daemon.isOver else {
        return
      }
      engine.workspace.environment["DOCKER_HOST"] = "unix://\(socket)"
      let id = try engine.inspect(Engine.image, "{{.Id}}")
      try engine.must("push", "-q", Engine.image, "docker-daemon:team/box:1")
      try engine.must("rmi", "--all", "--force")
      #expect(try engine.must("pull", "-q", "docker-daemon:team/box:1").text == id)
      #expect(try engine.inspect(id, "{{.RepoTags}}") == "[docker.io/team/box:1]")
      let none = try engine.run("pull", "-q", "docker-daemon:team/none:1")
      #expect(none.stderr.contains("docker's daemon has no such image"), "\(none)")
      engine.workspace.environment["DOCKER_HOST"] = "unix://\(folder)/nobody"
      let absent = try engine.run("pull", "-q", "docker-daemon:team/box:1")
      #expect(absent.stderr.contains("no connection to docker's daemon"), "\(absent)")
    }
  }
}
