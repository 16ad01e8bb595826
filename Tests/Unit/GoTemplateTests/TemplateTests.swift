import JSON
import Testing

@testable import GoTemplate

/// What a container could look like.
private let sample = GoValue.structure(
  .field("ID", json: "Id", "abc123"),
  .field("Names", ["web", "www"]),
  .field("Labels", GoValue(["b": "2", "a": "1"])),
  .field("None", .nilList),
  .field("Nothing", .null),
  .field("Empty", json: "empty", omitsEmpty: true, ""),
  .field("Size", 4096),
  .field("Ratio", .float(2.5)),
  .field("Running", true),
  .field(
    "State", .structure(.field("Status", json: "status", "up"), .field("ExitCode", 3))),
  .field("Created", .time(1_674_919_445, nanoseconds: 120_000_000)),
  .field("Uptime", .duration(90_500_000_000)),
  .unwritten("Secret", "s"),
  .method("Twice") { "abcabc" })

private func render(_ template: String) throws -> String { try Template(template).render(sample) }

@Suite struct TemplateTests {
  @Test(arguments: [
    // Text, fields, methods.
    ("plain", "plain"), ("{{.ID}}", "abc123"), ("{{ .ID }}-{{.Size}}", "abc123-4096"),
    ("{{.State.Status}}", "up"), ("{{$.State.ExitCode}}", "3"), ("{{.Twice}}", "abcabc"),
    ("{{.Secret}}", "s"), ("{{(.State).Status}}", "up"),
    // Go's way of printing.
    ("{{.Names}}", "[web www]"), ("{{.Labels}}", "map[a:1 b:2]"), ("{{.None}}", "[]"),
    ("{{.Nothing}}", "<nil>"), ("{{.Labels.c}}", "<no value>"), ("{{.Labels.c.d}}", "<no value>"),
    ("{{.State}}", "{up 3}"), ("{{.Ratio}}", "2.5"), ("{{.Running}}", "true"),
    ("{{.Created}}", "2023-01-28 15:24:05.12 +0000 UTC"), ("{{.Uptime}}", "1m30.5s"),
    // Constants.
    ("{{1}} {{-2}} {{0x1F}} {{1.5}} {{1e3}} {{'a'}}", "1 -2 31 1.5 1000 97"),
    ("{{\"a\\tb\\u00e9\"}}{{`raw\\t`}}{{true}}", "a\tbéraw\\ttrue"),
    // Trim markers and comments.
    ("a {{- .ID -}} b", "aabc123b"), ("a {{.ID -}} \n b", "a abc123b"), ("a{{/* c */}}b", "ab"),
    ("a {{- /* c */ -}} b", "ab"), ("{{- 3 -}}", "3"),
    // Conditions.
    ("{{if .Running}}yes{{else}}no{{end}}", "yes"), ("{{if .None}}yes{{else}}no{{end}}", "no"),
    ("{{if .Empty}}1{{else if .Running}}2{{else}}3{{end}}", "2"),
    ("{{if not .Empty}}x{{end}}", "x"), ("{{if and .Running .ID}}x{{end}}", "x"),
    ("{{or .Empty .ID}}", "abc123"), ("{{and .Empty (index .None 1)}}", ""),
    ("{{with .State}}{{.Status}}{{$.ID}}{{end}}", "upabc123"),
    ("{{with .Empty}}a{{else}}b{{end}}", "b"),
    ("{{with .Empty}}a{{else with .ID}}{{.}}{{end}}", "abc123"),
    // Loops.
    ("{{range .Names}}<{{.}}>{{end}}", "<web><www>"),
    ("{{range $i, $n := .Names}}{{$i}}={{$n}} {{end}}", "0=web 1=www "),
    ("{{range $n := .Names}}{{$n}}{{end}}", "webwww"),
    ("{{range $k, $v := .Labels}}{{$k}}:{{$v}};{{end}}", "a:1;b:2;"),
    ("{{range .None}}a{{else}}none{{end}}", "none"), ("{{range 3}}{{.}}{{end}}", "012"),
    ("{{range .Names}}{{if eq . \"www\"}}{{continue}}{{end}}{{.}}{{end}}", "web"),
    ("{{range .Names}}{{.}}{{break}}{{end}}", "web"),
    // Variables.
    ("{{$x := .ID}}{{$x}}{{$x = \"n\"}}{{$x}}", "abc123n"),
    ("{{$x := 1}}{{range .Names}}{{$x = 2}}{{end}}{{$x}}", "2"),
    ("{{$s := .State}}{{$s.Status}}", "up"),
    // Templates.
    ("{{define \"t\"}}<{{.}}>{{end}}{{template \"t\" .ID}}", "<abc123>"),
    ("{{block \"t\" .ID}}[{{.}}]{{end}}", "[abc123]"),
    // Pipes and functions.
    ("{{.ID | printf \"%s-%s\" \"x\"}}", "x-abc123"), ("{{.ID | upper | lower}}", "abc123"),
    ("{{len .Names}}{{len .ID}}{{len .Labels}}{{len .None}}", "2620"),
    ("{{index .Names 1}}", "www"), ("{{index .Labels \"a\"}}", "1"),
    ("{{index .Labels \"zzz\"}}", ""), ("{{slice .ID 1 3}}", "bc"), ("{{slice .Names 1}}", "[www]"),
    ("{{print 1 2 \"a\" 3}}", "1 2a3"), ("{{println \"a\" 1}}", "a 1\n"),
    ("{{html \"<a&'\\\">\"}}", "&lt;a&amp;&#39;&#34;&gt;"), ("{{js \"'<\"}}", "\\'\\u003C"),
    ("{{urlquery \"a b/é\"}}", "a+b%2F%C3%A9"),
    (
      "{{eq 1 2 1}}{{ne \"a\" \"b\"}}{{lt 1 2}}{{le 2 2}}{{gt 1 2}}{{ge 1.5 1.5}}",
      "truetruetruetruefalsetrue"
    ),
    ("{{json .Names}}", "[\"web\",\"www\"]"),
    ("{{json .State}}", "{\"status\":\"up\",\"ExitCode\":3}"),
    ("{{json .None}}", "null"), ("{{json \"<&>\"}}", "\"<&>\""),
    ("{{join .Names \", \"}}", "web, www"), ("{{split \"a,b\" \",\"}}", "[a b]"),
    ("{{title \"hello big world\"}}", "Hello Big World"), ("{{pad \"x\" 1 2}}|", " x  |"),
    ("{{truncate .ID 3}}", "abc"), ("{{range split \"a:b\" \":\"}}{{.}}.{{end}}", "a.b."),
    (
      "{{printf \"%-5s|%5d|%05d|%x|%q|%v|%t\" \"a\" 42 7 255 \"q\" .Names true}}",
      "a    |   42|00007|ff|\"q\"|[web www]|true"
    ),
    ("{{printf \"%.2f %6.1f %e %g\" 3.14159 2.0 1500.0 0.5}}", "3.14    2.0 1.500000e+03 0.5"),
    (
      "{{printf \"%d\" \"x\"}} {{printf \"%d\"}} {{printf \"a\" 1}} {{printf \"%%\"}}",
      "%!d(string=x) %!d(MISSING) a%!(EXTRA int=1) %"
    ),
    ("{{printf \"%+v %T %c %U\" .State 1 65 65}}", "{Status:up ExitCode:3} int A U+0041"),
    ("{{printf \"%*d\" 5 42}}", "   42"),
  ]) func renders(_ template: String, _ expected: String) throws {
    #expect(try render(template) == expected)
  }

  @Test(arguments: [
    "{{", "{{.ID", "{{if}}x{{end}}", "{{if .ID}}", "{{end}}", "{{else}}", "{{foo .}}", "{{.ID}",
    "{{\"a}}", "{{/* a", "{{range .Names}}", "{{break}}", "{{(.ID}}", "{{.ID)}}", "{{$x}}",
    "{{.Nope}}", "{{.Nothing.X}}", "{{.ID.X}}", "{{index .Names 7}}", "{{len 3}}", "{{.ID 1}}",
    "{{template \"none\"}}", "{{slice .ID 9 2}}", "{{range .ID}}{{end}}", "{{eq 1 \"a\"}}",
    "{{define \"t\"}}{{template \"t\"}}{{end}}{{template \"t\"}}", "{{'ab'}}", "{{1x}}", "{{|}}",
    "{{.ID | }}", "{{define x}}{{end}}", "{{\"\\q\"}}",
  ]) func refuses(_ template: String) {
    #expect(throws: TemplateError.self) { try render(template) }
  }

  @Test func methodsTakeAnArgument() throws {
    let labels = ["a": "1"]
    let value = GoValue.structure(
      .field("Name", "x"),
      .method("Label") { key in
        guard case .string(let key) = key else { return .missing }
        return .string(labels[key] ?? "")
      })
    #expect(
      try Template("{{.Label \"a\"}}|{{.Label \"b\"}}|{{\"a\" | .Label}}").render(value) == "1||1")
    #expect(throws: TemplateError.self) { try Template("{{.Label}}").render(value) }
    #expect(throws: TemplateError.self) { try Template("{{.Label 1 2}}").render(value) }
    #expect(
      try Template("{{.Label \"a\"}}").render(.map(["Label": "LABEL"]), asHeading: true) == "LABEL")
  }

  @Test func limitsWork() throws {
    let template = try Template("{{range 99999999}}{{range 99999}}x{{end}}{{end}}")
    #expect(throws: TemplateError.self) { try template.render(sample, stepLimit: 10_000) }
  }

  @Test func limitsNesting() {
    let many =
      String(repeating: "{{if .}}", count: 5000) + String(repeating: "{{end}}", count: 5000)
    #expect(throws: TemplateError.self) { try Template(many) }
    let parentheses = "{{" + String(repeating: "(", count: 5000) + "}}"
    #expect(throws: TemplateError.self) { try Template(parentheses) }
  }

  @Test func writesJSON() {
    #expect(
      sample.json
        == #"{"Id":"abc123","Names":["web","www"],"Labels":{"a":"1","b":"2"},"None":null,"#
        + #""Nothing":null,"Size":4096,"Ratio":2.5,"Running":true,"#
        + #""State":{"status":"up","ExitCode":3},"Created":"2023-01-28T15:24:05.12Z","#
        + #""Uptime":90500000000}"#)
  }

  @Test func headings() throws {
    let titles = GoValue.map(["ID": "CONTAINER ID", "Labels": "LABELS"])
    let template = try Template("{{.ID}}\t{{json .Labels}}\t{{join .Labels \",\"}}")
    #expect(try template.render(titles, asHeading: true) == "CONTAINER ID\tLABELS\tLABELS")
  }

  @Test(arguments: [
    (0.1, "0.1"), (1, "1"), (100, "100"), (100000, "100000"), (1e6, "1e+06"), (1e21, "1e+21"),
    (0.0001, "0.0001"), (0.00001, "1e-05"), (123456789.125, "1.23456789125e+08"), (-2.5, "-2.5"),
  ]) func floats(_ value: Double, _ text: String) {
    #expect(goFloat(value) == text)
  }

  @Test(
    arguments: [
      (0, "0s"), (1, "1ns"), (1500, "1.5µs"), (2_000_000, "2ms"), (1_000_000_000, "1s"),
      (90_000_000_000, "1m30s"), (3_600_000_000_000, "1h0m0s"), (-1_500_000_000, "-1.5s"),
    ] as [(Int64, String)]) func durations(_ value: Int64, _ text: String)
  {
    #expect(goDuration(value) == text)
  }
}
