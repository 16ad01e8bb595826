import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import Archive

/// What the unpacking process can reach, and how owners and devices are made.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct ConfinementTests {
  /// Looked at from outside while it waits for its input.
  @Test func childHasOnlyItsFolder() throws {
    let scratch = try Scratch()
    let facts = try scratch.shell(
      """
      mkdir out in; echo x >in/f; tar -C in -cf a.tar .; mkfifo feed
      exec 9<a.tar
      $PROBE unpack trusted out split <feed >report & probe=$!
      exec 8>feed
      child=; while [ -z "$child" ]; do child=$(cat /proc/$probe/task/$probe/children); done
      child=${child% }
      until [ "$(readlink /proc/$child/root)" = "$PWD/out" ]; do :; done
      until grep -q 'NoNewPrivs:.1' /proc/$child/status; do :; done
      until [ "$(grep CapEff /proc/$child/status)" != "$(grep CapEff /proc/$probe/status)" ]; do :; done
      grep CapEff /proc/$child/status | cut -f2; grep Umask /proc/$child/status | cut -f2
      for kind in mnt net ipc uts; do
        [ $(readlink /proc/$child/ns/$kind) != $(readlink /proc/$probe/ns/$kind) ] && echo $kind
      done
      for fd in /proc/$child/fd/*; do readlink $fd; done | sed 's/:.*//' | sort | uniq -c | tr -s ' '
      cat a.tar >&8; exec 8>&-; wait $probe; grep -c reproducible report; cat out/f
      """
    )
    #expect(
      facts == """
        000000008800001b
        0000
        mnt
        net
        ipc
        uts
         2 /dev/null
         1 \(scratch.path)/feed
         1 \(scratch.path)/out
         1 \(scratch.path)/split
         1 pipe
        1
        x

        """)
  }

  /// A child that is killed, and one that cannot write, are errors with a reason.
  @Test func failuresAreReported() throws {
    let scratch = try Scratch()
    let complaint = try scratch.shell(
      """
      mkdir in full; head -c 3000000 /dev/zero >in/f; tar -C in -cf a.tar .
      mount -t tmpfs -o size=1m tmpfs full
      $PROBE unpack deletion full split <a.tar 2>&1 || echo failed
      umount full
      """)
    #expect(
      complaint == "write: f: no space left on device\nfailed\n" || complaint.contains("space"))
    #expect(complaint.hasSuffix("failed\n"))
  }

  @Test func ownersAreMapped() throws {
    let scratch = try Scratch()
    let target = try scratch.folder("out")
    var options = UnpackOptions(whiteouts: .deletion)
    let ranges = [OwnerMapping.Range(container: 0, host: 5000, size: 10)]
    options.owners = OwnerMapping(users: ranges, groups: ranges)
    func entry(_ name: String, _ owner: UInt32) -> (TarEntry, String) {
      (TarEntry(.regular, Array(name.utf8), mode: 0o6755, user: owner, group: owner), "x")
    }
    let good = try TarWriter.archive([entry("d/e/f", 3), entry("g", 9)])
    _ = try LayerUnpacker(into: target.lent, options).unpack(MemorySource(good))
    #expect(
      try scratch.shell("find out -mindepth 1 -printf '%P %m %U %G\\n' | sort")
        == "d 755 5000 5000\nd/e 755 5000 5000\nd/e/f 6755 5003 5003\ng 6755 5009 5009\n")
    let bad = try TarWriter.archive([entry("h", 10)])
    #expect(throws: ArchiveError.unmappedOwner(path: "h", user: 10, group: 10)) {
      _ = try LayerUnpacker(into: target.lent, options).unpack(MemorySource(bad))
    }
    options.ignoresOwnerFailures = true
    let report = try LayerUnpacker(into: target.lent, options).unpack(MemorySource(bad))
    #expect(report.leftOut == 1)
    // What is packed again has the numbers of the archive.
    var packer = LayerPacker()
    packer.owners = options.owners
    try scratch.shell("rm -r out/d out/h")
    let sink = MemorySink()
    try packer.pack(.folder(target.lent, overlay: nil), to: sink)
    let packed = try TarReader(MemorySource(sink.bytes)).next()
    #expect(packed?.user == 9 && packed?.group == 9)
  }

  /// In a user namespace no device can be made: they are left out, and all else is there.
  @Test func userNamespacesHaveNoDevices() throws {
    let scratch = try Scratch()
    let report = try scratch.shell(
      """
      mkdir in out; mknod in/null c 1 3; mkfifo in/pipe; echo x >in/.wh.gone; mkdir in/o; : >in/o/.wh..wh..opq
      tar -C in -cf a.tar .; : >split
      unshare --user --map-root-user $PROBE unpack user out split <a.tar
      ls -l out | cut -c1-1,11-80 | awk '{print $1, $NF}'; getfattr --only-values -n user.overlay.opaque out/o
      """)
    #expect(report.contains("left-out 1"))
    #expect(report.contains("\nc gone\nd o\np pipe\ny"))
  }
}
