import Testing

@testable import CommandLine

private let run = Command<Int>(
  "run", "Run a command", usage: "IMAGE [COMMAND [ARG...]]", arguments: .atLeast(1),
  stopsAtFirstArgument: true,
  options: {
    [
      Option("interactive", "i", .flag(), "i"), Option("tty", "t", .flag(), "t"),
      Option("hostname", "h", .string(), "h"), Option("publish", "p", .list(), "p"),
      Option("env", "e", .array(), "e"), Option("sig-proxy", .flag(default: true), "s"),
      Option("network", .string(), "n", alias: ["net"]), Option("cpus", .float, "c"),
      Option("pids-limit", .integer(default: -1), "p"), Option("memory", "m", .string(), "m"),
      Option("pull", .optionalString(default: "missing", implied: "always"), "p"),
      Option("interval", .duration(default: "30s"), "d"), Option("secret", "hidden", hidden: true),
    ]
  }, run: 1)

private let list = Command<Int>(
  "list", "List images", aliases: ["ls"], arguments: .atMost(1),
  options: { [Option("all", "a", .flag(), "All"), Option("filter", "f", .array(), "f")] }, run: 2)

private let program = Command<Int>(
  group: "podman", "Manage pods",
  options: {
    [
      Option("log-level", .string(default: "warn"), "level", global: true),
      Option("root", .string(), "root", global: true), Option("version", "v", .flag(), "version"),
    ]
  },
  children: {
    [
      run, Command(group: "image", "Manage images") { [list] }, list.named("images"),
      Command("compose", "Compose", arguments: .any, passesWordsThrough: true, run: 3),
    ]
  })

private func parse(_ line: String) throws -> Invocation<Int> {
  var parser = CommandLineParser(program, line.split(separator: " ").map(String.init))
  return try parser.parse()
}

@Suite struct ParserTests {
  @Test func combinesLettersAndAttachesValues() throws {
    let call = try parse("podman run -it -p8080:80 -p=1:1,2:2 -eA=B -m 5g busybox ls -l --all")
    #expect(call.options.flag("interactive") && call.options.flag("tty"))
    #expect(call.options.list("publish") == ["8080:80", "1:1", "2:2"])
    #expect(call.options.list("env") == ["A=B"])
    #expect(call.options.string("memory") == "5g")
    #expect(call.arguments == ["busybox", "ls", "-l", "--all"])
  }

  @Test func flagsTakeAValueBehindEquals() throws {
    #expect(try parse("podman run x").options.flag("sig-proxy"))
    #expect(try !parse("podman run --sig-proxy=false x").options.flag("sig-proxy"))
    #expect(try parse("podman run -t=0 x").options.flag("tty") == false)
  }

  @Test func optionalValues() throws {
    #expect(try parse("podman run x").options.string("pull") == "missing")
    #expect(try parse("podman run --pull x").options.string("pull") == "always")
    #expect(try parse("podman run --pull=never x").options.string("pull") == "never")
  }

  @Test func listsSplitAndArraysDoNot() throws {
    let call = try parse("podman run -p a,b -e a,b x")
    #expect(call.options.list("publish") == ["a", "b"])
    #expect(call.options.list("env") == ["a,b"])
    #expect(splitRecord("a,\"b,c\",\"d\"\"e\",") == ["a", "b,c", "d\"e", ""])
    #expect(splitRecord("a\"b") == nil)
  }

  @Test func letterHIsAHostName() throws {
    let call = try parse("podman run -h web x")
    #expect(call.options.string("hostname") == "web" && !call.asksForHelp)
    #expect(try parse("podman images -h").asksForHelp)
    #expect(try parse("podman run --help").asksForHelp)
    #expect(try !parse("podman run x --help").asksForHelp)
  }

  @Test func globalOptionsStandAnywhere() throws {
    #expect(try parse("podman run --log-level debug x").options.string("log-level") == "debug")
    #expect(try parse("podman --root /a image ls --root=/b").options.string("root") == "/b")
    #expect(throws: CommandLineError.unknownOption("version")) {
      try parse("podman images --version")
    }
    #expect(try parse("podman --version").options.flag("version"))
  }

  @Test func optionsMixWithArguments() throws {
    let call = try parse("podman images x --all -f a=b")
    #expect(call.arguments == ["x"] && call.options.flag("all"))
    #expect(try parse("podman images -- --all").arguments == ["--all"])
    #expect(try parse("podman images -").arguments == ["-"])
  }

  @Test func otherNames() throws {
    #expect(try parse("podman run --net host x").options.string("network") == "host")
    #expect(try parse("podman image ls").path.last?.action == 2)
    #expect(try parse("podman images").commandPath == "podman images")
    #expect(try parse("podman compose up --x -d").arguments == ["up", "--x", "-d"])
  }

  @Test(arguments: [
    ("podman images --foo", "unknown flag: --foo"),
    ("podman images -aZb", "unknown shorthand flag: 'Z' in -Zb"),
    ("podman images --filter", "flag needs an argument: --filter"),
    ("podman images -af", "flag needs an argument: 'f' in -f"),
    ("podman images --=x", "bad flag syntax: --=x"),
    (
      "podman images --all=maybe",
      "invalid argument \"maybe\" for \"-a, --all\" flag: strconv.ParseBool: parsing \"maybe\": "
        + "invalid syntax"
    ),
    (
      "podman run --pids-limit x y",
      "invalid argument \"x\" for \"--pids-limit\" flag: strconv.ParseInt: parsing \"x\": "
        + "invalid syntax"
    ),
    (
      "podman run --pids-limit 99999999999999999999 y",
      "invalid argument \"99999999999999999999\" for \"--pids-limit\" flag: strconv.ParseInt: "
        + "parsing \"99999999999999999999\": value out of range"
    ),
    (
      "podman run --interval x y",
      "invalid argument \"x\" for \"--interval\" flag: time: invalid duration \"x\""
    ),
    ("podman run", "requires at least 1 arg(s), only received 0"),
    ("podman images a b c", "accepts at most 1 arg(s), received 3"),
    ("podman image", "missing command 'podman image COMMAND'"),
    (
      "podman imagse",
      "unrecognized command `podman imagse`\n\nDid you mean this?\n\timage\n\timages\n\n"
        + "Try 'podman --help' for more information"
    ),
    (
      "podman image xyzzy",
      "unrecognized command `podman image xyzzy`\nTry 'podman image --help' for more information"
    ),
  ]) func refuses(_ line: String, _ message: String) {
    do {
      _ = try parse(line)
      Issue.record("accepted")
    } catch {
      #expect("\(error)" == message)
    }
  }

  @Test(
    arguments: [
      ("1h30m", 5_400_000_000_000), ("1.5s", 1_500_000_000), ("300ms", 300_000_000), ("0", 0),
      ("-1s", -1_000_000_000), (".5s", 500_000_000),
    ] as [(String, Int64)]) func durations(_ text: String, _ nanoseconds: Int64)
  {
    #expect(parseDuration(text) == nanoseconds)
  }

  @Test func help() {
    let text = Help.text([program, run])
    #expect(text.contains("Usage:\n  podman run [options] IMAGE [COMMAND [ARG...]]\n"))
    #expect(text.contains("  -h, --hostname string"))
    #expect(text.contains("      --sig-proxy                s (default true)\n"))
    #expect(text.contains("--pull string[=\"always\"]"))
    #expect(!text.contains("--secret") && !text.contains("--net "))
    #expect(Help.text([program, program.children()[1], list]).contains("Aliases:\n  list, ls\n"))
  }
}
