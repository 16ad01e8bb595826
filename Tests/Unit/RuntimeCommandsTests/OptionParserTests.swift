import Testing

@testable import RuntimeCommands

@Suite struct OptionParserTests {
  private static let options = [
    Option("force", "f", .flag, ""), Option("name", "n", .text(), ""),
    Option("env", "e", .texts, ""), Option("count", .integer(), ""),
    Option("gid", "g", .integers, ""), Option("interval", .duration(default: 0), ""),
  ]

  private func parse(_ line: String, stops: Bool = false) throws -> ParsedOptions {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    return try OptionParser(options: Self.options, stopsAtFirstArgument: stops)
      .parse(line.isEmpty ? [] : words[...])
  }

  @Test(
    arguments: [
      ("-f", true), ("--f", true), ("-force", true), ("--force", true), ("--force=true", true),
      ("-f=1", true), ("--force=false", false), ("-f=F", false), ("", false),
      ("-f -f=false", false),
    ])
  func flags(line: String, isOn: Bool) throws {
    #expect(try parse(line).flag("force") == isOn)
  }

  @Test(
    arguments: [
      ("--name x", "x"), ("-n x", "x"), ("-name=x", "x"), ("--n=x=y", "x=y"), ("--name -f", "-f"),
      ("--name --", "--"), ("--name a --name b", "b"), ("--name=", nil), ("", nil),
    ] as [(String, String?)])
  func texts(line: String, value: String?) throws {
    let parsed = try parse(line)
    #expect(parsed.text("name") == value)
    #expect(parsed.has("name") == !line.isEmpty)
    #expect(parsed.arguments.isEmpty)
  }

  @Test func listsKeepTheirOrder() throws {
    let parsed = try parse("-e A=1 --env B=2,3 -g 5 -gid=0x10")
    #expect(parsed.texts("env") == ["A=1", "B=2,3"])
    #expect(parsed.integers("gid") == [5, 16])
  }

  @Test func optionsMayFollowArguments() throws {
    let parsed = try parse("id -f other --name x")
    #expect(parsed.arguments == ["id", "other"] && parsed.flag("force"))
    #expect(parsed.text("name") == "x")
  }

  @Test func theFirstArgumentEndsTheOptionsOfAnotherProgram() throws {
    let parsed = try parse("-f id ls -n --bogus -- -h", stops: true)
    #expect(parsed.arguments == ["id", "ls", "-n", "--bogus", "--", "-h"])
    #expect(parsed.text("name") == nil && !parsed.asksForHelp)
  }

  @Test func twoDashesEndTheOptions() throws {
    #expect(try parse("-f -- -n x").arguments == ["-n", "x"])
    #expect(try parse("- -f").arguments == ["-"])
  }

  @Test(arguments: ["-h", "--help", "-help", "x -h", "-f --h --bogus"])
  func help(line: String) throws {
    #expect(try parse(line).asksForHelp)
  }

  @Test(
    arguments: [
      ("--bogus", OptionError.unknown("bogus"), "flag provided but not defined: -bogus"),
      ("-fn", .unknown("fn"), "flag provided but not defined: -fn"),
      ("--bogus=1", .unknown("bogus"), "flag provided but not defined: -bogus"),
      ("-n", .missingValue("n"), "flag needs an argument: -n"),
      ("---f", .badSyntax("---f"), "bad flag syntax: ---f"),
      ("--=x", .badSyntax("--=x"), "bad flag syntax: --=x"),
      (
        "--count x", .badValue("x", option: "count"),
        "invalid value \"x\" for flag -count: parse error"
      ),
      (
        "-g 1,2", .badValue("1,2", option: "g"),
        "invalid value \"1,2\" for flag -g: parse error"
      ),
      (
        "-f=maybe", .badBoolean("maybe", option: "f"),
        "invalid boolean value \"maybe\" for -f: parse error"
      ),
    ])
  func errors(line: String, error: OptionError, sentence: String) {
    #expect(throws: error) { try parse(line) }
    #expect(error.description == sentence)
  }

  // MARK: Values

  @Test(
    arguments: [
      ("0", 0), ("5", 5), ("-5", -5), ("+5", 5), ("0x1f", 31), ("0o17", 15), ("0b11", 3),
      ("9223372036854775807", .max), ("9223372036854775808", nil), ("", nil), ("x", nil),
      ("1.5", nil), ("--5", nil), ("0x", nil), ("0x-1", nil), (" 1", nil),
    ] as [(String, Int?)])
  func integers(text: String, value: Int?) { #expect(parseInteger(text) == value) }

  @Test(
    arguments: [
      ("5s", 5_000_000_000), ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000),
      ("100ms", 100_000_000), ("1us", 1000), ("7ns", 7), ("0", 0), ("-1s", -1_000_000_000),
      (".5s", 500_000_000), ("", nil), ("5", nil), ("s", nil), ("1x", nil), ("1s2", nil),
      ("99999999999h", nil), (".s", nil), ("1..5s", nil),
    ] as [(String, Int?)])
  func durations(text: String, value: Int?) { #expect(parseDuration(text) == value) }

  @Test(
    arguments: [
      ("-1", -1), ("0", 0), ("1024", 1024), ("9223372036854775807", .max), ("1k", 1024),
      ("1.5K", 1536), ("512m", 536_870_912), ("64MiB", 67_108_864), ("2gb", 2_147_483_648),
      ("1 GB", 1_073_741_824), ("10b", 10), ("1t", 1_099_511_627_776), ("", nil), ("k", nil),
      ("-2", nil), ("1x", nil), ("1e3", nil), ("99999999p", nil), ("nan", nil), ("inf", nil),
    ] as [(String, Int64?)])
  func bytes(text: String, value: Int64?) { #expect(parseBytes(text) == value) }
}
