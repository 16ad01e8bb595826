import Testing

@testable import CommandLine

private let tag = Command<Int>(
  "tag", "Tag an image", arguments: .atLeast(2), completion: .names("images"),
  options: {
    [
      Option("all", "a", .flag(), "All"),
      Option("format", "f", .string(), "Format", completion: .words(["json", "table"])),
      Option("file", .string(), "File", completion: .files), Option("secret", "no", hidden: true),
    ]
  }, run: 1)
private let exec = Command<Int>(
  "exec", "Run", arguments: .atLeast(1), completion: .names("containers"),
  stopsAtFirstArgument: true, run: 2)
private let program = Command<Int>(
  group: "podman", "Manage",
  options: {
    [Option("log-level", .string(), "Level", global: true, completion: .words(["debug"]))]
  },
  children: {
    [
      tag, exec, Command("__hidden", "x", hidden: true, run: 3),
      Command(group: "image", "Images") { [tag] },
    ]
  })

private func answer(_ words: String...) -> CompletionAnswer {
  var query = CompletionQuery(program)
  return query.answer(words)
}

@Suite struct CompletionTests {
  @Test func commands() {
    #expect(
      answer("") == .words([("exec", "Run"), ("image", "Images"), ("tag", "Tag an image")]))
    #expect(answer("im") == .words([("image", "Images")]))
    #expect(answer("image", "t") == .words([("tag", "Tag an image")]))
  }

  @Test func options() {
    #expect(answer("tag", "--f") == .words([("--file", "File"), ("--format", "Format")]))
    #expect(answer("tag", "--log") == .words([("--log-level", "Level")]))
    #expect(answer("tag", "--secret") == .words([]))
  }

  @Test func values() {
    let format = Completion.words(["json", "table"])
    #expect(answer("tag", "--format", "j") == .values(format, prefix: "j"))
    #expect(answer("tag", "-af", "") == .values(format, prefix: ""))
    #expect(answer("tag", "--format=j") == .values(format, prefix: "j"))
    #expect(answer("tag", "--file", "/e") == .values(.files, prefix: "/e"))
    #expect(answer("tag", "-a", "x") == .values(.names("images"), prefix: "x"))
    #expect(answer("tag", "--log-level", "") == .values(.words(["debug"]), prefix: ""))
  }

  @Test func argumentsOfAnotherProgram() {
    #expect(answer("exec", "") == .values(.names("containers"), prefix: ""))
    #expect(answer("exec", "web", "-") == .values(.files, prefix: "-"))
    #expect(answer("tag", "--", "-") == .values(.names("images"), prefix: "-"))
  }

  @Test func manualPages() {
    let pages = ManualPage.all([program], version: "1")
    #expect(pages.map(\.fileName).contains("podman-image-tag.1"))
    #expect(!pages.map(\.fileName).contains("podman-__hidden.1"))
    let page = pages.first { $0.fileName == "podman-tag.1" }?.text ?? ""
    #expect(page.contains(".SH OPTIONS\n.TP\n\\fB\\-a, \\-\\-all\\fP\n"))
    #expect(!page.contains("secret"))
  }
}
