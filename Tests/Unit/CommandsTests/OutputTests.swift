import CommandLine
import Engine
import GoTemplate
import Testing

@testable import Commands

@Suite struct OutputTests {
  @Test func columnsAreThoseOfTabwriter() {
    #expect(
      Columns.align("a\tb\nlonger than twelve\tc\n")
        == "a                   b\nlonger than twelve  c\n")
    #expect(Columns.align("x\ty\tz\n") == "x           y           z\n")
    // A line without the column ends it.
    #expect(
      Columns.align("a\tb\n\nlonger than twelve\tc") == "a           b\n\nlonger than twelve  c")
    #expect(Columns.align("é\tb") == "é           b")
    #expect(Columns.align("plain\n") == "plain\n")
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (16166, "16.2 kB"), (1_993_901, "1.99 MB"),
    (72_800_000, "72.8 MB"), (999_999, "1e+03 kB"), (3_500_000_000, "3.5 GB"),
  ]) func imageSizes(_ bytes: Int, _ text: String) {
    #expect(HumanUnits.imageSize(Int64(bytes)) == text)
  }

  @Test func otherSizes() {
    #expect(HumanUnits.size(1_989_387) == "1.989MB")
    #expect(HumanUnits.binarySize(1536) == "1.5KiB")
    #expect(HumanUnits.binarySize(0) == "0B")
  }

  @Test(arguments: [
    (-5, "Less than a second"), (1, "1 second"), (59, "59 seconds"), (60, "About a minute"),
    (150, "2 minutes"), (3599, "59 minutes"), (3600, "About an hour"), (5400, "2 hours"),
    (86400, "24 hours"), (172_800, "2 days"), (1_209_600, "2 weeks"), (5_184_000, "2 months"),
    (63_072_000, "2 years"),
  ]) func durations(_ seconds: Int, _ text: String) {
    #expect(HumanUnits.duration(Int64(seconds)) == text)
  }

  private let rows: [GoValue] = [
    .structure(.field("ID", json: "Id", "1"), .field("CreatedAt", "now")),
    .structure(.field("ID", json: "Id", "2"), .field("CreatedAt", "then")),
  ]

  private func written(_ format: String?, heading: Bool = true) throws -> String {
    let listing = Listing(
      table: "{{.ID}}\t{{.CreatedAt}}", titles: ["ID": "IMAGE ID"], rows: rows)
    return try listing.text(format: format, heading: heading)
  }

  @Test func listings() throws {
    #expect(try written(nil) == "IMAGE ID    CREATED AT\n1           now\n2           then\n")
    #expect(try written("table", heading: false) == "1           now\n2           then\n")
    #expect(try written("table {{.ID}}") == "IMAGE ID\n1\n2\n")
    #expect(try written("{{.ID}}\\t{{.CreatedAt}}") == "1\tnow\n2\tthen\n")
    #expect(try written("{{range .}}{{.ID}},{{end}}") == "1,2,\n")
    #expect(try written("json").hasPrefix("[\n    {\n        \"Id\": \"1\",\n"))
    #expect(try written("{{ json . }}") == written("json"))
    #expect(try written("{{json .ID}}") == "\"1\"\n\"2\"\n")
    #expect(throws: TemplateError.self) { try written("{{.Nothing}}") }
  }

  @Test func yaml() {
    let value = GoValue.structure(
      .field("Name", json: "name", "x"), .field("Empty", json: "empty", []),
      .field("None", json: "none", .nilList), .field("Map", json: "map", [:]),
      .field("Number", json: "number", "12"), .field("Colon", json: "colon", "a: b"),
      .field("List", json: "list", ["a", ["b": 1, "c": "true"]]),
      .field("Text", json: "text", "one\ntwo"), .field("Blank", json: "blank", ""))
    #expect(
      YAMLText.of(value) == """
        blank: ""
        colon: 'a: b'
        empty: []
        list:
        - a
        - b: 1
          c: "true"
        map: {}
        name: x
        none: null
        number: "12"
        text: |-
          one
          two

        """)
  }

  @Test func rowsOfImages() {
    func row(_ names: [String]) -> [String] {
      ImageRow.rows(
        .init(
          id: "1", names: names, nameHistory: [], repositoryDigests: [], size: 0, created: 0,
          containers: 0, isDangling: false, isReadOnly: false)
      ).map { "\($0.repository) \($0.tag)" }
    }
    #expect(row([]) == ["<none> <none>"])
    #expect(row(["localhost:5000/a", "b.c/d:e"]) == ["b.c/d e"])
    #expect(row(["localhost:5000/a@sha256:00"]) == ["localhost:5000/a <none>"])
  }

  @Test func theTreeOfCommandsIsWhole() {
    // Every command's options are told apart by name and letter, and help is there for each.
    func check(_ path: [PodmanCommand]) {
      guard let command = path.last else { return }
      let options = command.options()
      #expect(Set(options.map(\.name)).count == options.count, "\(command.name)")
      let letters = options.compactMap(\.letter)
      #expect(Set(letters).count == letters.count, "\(command.name)")
      #expect(!command.summary.isEmpty, "\(command.name)")
      let children = command.children()
      let names = children.flatMap { [$0.name] + $0.otherNames }
      #expect(Set(names).count == names.count, "\(command.name): \(names)")
      for child in children { check(path + [child]) }
    }
    check([podman])
  }

  @Test func spacesPartTheColumnsOfATable() throws {
    #expect(
      try written("table {{.ID}} {{.CreatedAt}}")
        == "IMAGE ID    CREATED AT\n1           now\n2           then\n")
    #expect(
      try written("table {{printf \"%s %s\" .ID .CreatedAt}}", heading: false) == "1 now\n2 then\n")
  }

  /// `\n` in a text of the template's own is the template's to read.
  @Test func escapesInsideTexts() throws {
    #expect(try written("{{.ID}}{{printf \"\\n\"}}") == "1\n\n2\n\n")
    #expect(try written("{{.ID}}\\n") == "1\n2\n")
    #expect(try written("{{range .}}{{.ID}},{{end}}") == "1,2,\n")
  }
}
