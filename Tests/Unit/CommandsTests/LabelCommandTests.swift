import Testing

@testable import Commands

/// The command line that `runlabel` makes of a label.
@Suite struct LabelCommandTests {
  private func words(_ text: String, _ arguments: [String] = []) throws -> [String] {
    try LabelCommand(
      text, arguments: arguments, image: "localhost/img:1", name: "n",
      variables: ["OPT1": "one two", "PWD": "/w"]
    ).words()
  }

  @Test func namesStandInTheirPlaces() throws {
    #expect(
      try words("podman run --name NAME -e IMAGE=IMAGE ${IMAGE} $NAME -x=NAME", ["a", "b"])
        == [
          "podman", "run", "--name", "n", "-e", "IMAGE=localhost/img:1", "localhost/img:1", "n",
          "-x=n", "a", "b",
        ])
    #expect(try words("echo ${OPT1} $PWD/x $OTHER.") == ["echo", "one", "two", "/w/x", "."])
    #expect(try words("echo 'a b' IMAGES") == ["echo", "a", "b", "IMAGES"])
    #expect(try words("").isEmpty)
    #expect(throws: CommandFailure.self) { try words("echo 'a") }
  }

  @Test func theNameIsTheImagesLastPart() {
    #expect(LabelCommand.name(ofImage: "localhost:5000/a/b:1") == "b")
    #expect(LabelCommand.name(ofImage: "b@sha256:x") == "b")
    #expect(LabelCommand.isPodman("podman") && LabelCommand.isPodman("/usr/bin/docker"))
    #expect(!LabelCommand.isPodman("/usr/bin/podman") && !LabelCommand.isPodman("sh"))
  }
}
