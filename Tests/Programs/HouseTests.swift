import Foundation
import Testing

/// The project's own first steps, with what `make build` left.
@Suite(
  .serialized,
  .enabled(if: access(builtRuntime, X_OK) == 0, "build/bin/ocirun is missing: run make build"))
struct HouseTests {
  @Test(
    .enabled(if: access("/bin/busybox", X_OK) == 0, "busybox-static is not installed"),
    .enabled(if: Program.named("docker-registry") != nil, "docker-registry is not installed"))
  func quickstartServesAPage() throws {
    try withWorkspace { workspace in
      // On a network of its own: its bridge is not to meet those of other tests.
      let outcome = try workspace.must(
        "/usr/bin/unshare", "--net", "/bin/sh", "-c", "ip link set lo up && exec \"$0\"",
        "\(projectFolder)/Scripts/quickstart")
      #expect(outcome.text.contains("\nhello from a container\n"), "\(outcome)")
    }
  }

  @Test func installPutsProgramsWhereTheyFindEachOther() throws {
    try withWorkspace { workspace in
      let destination = workspace.folder + "/stage"
      try workspace.must(
        "/usr/bin/make", "-C", projectFolder, "install", "DESTDIR=\(destination)", "PREFIX=/usr")
      for program in try FileManager.default.contentsOfDirectory(
        atPath: projectFolder + "/build/bin")
      {
        #expect(access("\(destination)/usr/bin/\(program)", X_OK) == 0)
      }
      #expect(try workspace.must("\(destination)/usr/bin/ocirun", "--version").status == 0)
    }
  }
}

private let builtRuntime = projectFolder + "/build/bin/ocirun"
