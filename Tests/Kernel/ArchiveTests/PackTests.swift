import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import Archive

/// Packing: what is packed comes out again, and differences bring an older tree to the newer state.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct PackTests {
  @Test func debianTarReadsWhatIsPacked() throws {
    let scratch = try Scratch()
    try scratch.shell(UnpackTests.tree)
    try scratch.shell(
      """
      setfattr -n user.colour -v blue in/etc/passwd
      setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 in/bin/big
      find in -exec touch -h -d '2020-02-02 02:02:02' {} +
      $PROBE pack folder in >a.tar
      mkdir out; tar -C out --numeric-owner --xattrs --xattrs-include='*' -xpf a.tar
      """)
    let listing = "\(treeListing); getfattr -Rhd -m - . 2>/dev/null"
    #expect(try scratch.shell("cd out; \(listing)") == scratch.shell("cd in; \(listing)"))
    let again = "mkdir again; $PROBE unpack deletion again <a.tar; cd again; \(listing)"
    #expect(try scratch.shell(again).hasSuffix(try scratch.shell("cd in; \(listing)")))
  }

  /// Overlay's whiteouts and opaque folders become those of OCI, and these become overlay's again.
  @Test func overlayLayersSurvive() throws {
    let scratch = try Scratch()
    try scratch.shell(
      """
      mkdir -p lower/a/b lower/gone upper/a/c upper/new again
      echo 1 >lower/a/b/f; echo 2 >lower/file; echo 3 >lower/changed
      mknod -m 0 upper/file c 0 0; mknod -m 0 upper/gone c 0 0; echo 4 >upper/changed
      setfattr -n trusted.overlay.opaque -v y upper/a; echo 5 >upper/a/c/f
      find lower upper -exec touch -h -d '2020-02-02 02:02:02' {} +
      $PROBE pack overlay upper >layer.tar; $PROBE unpack trusted again split <layer.tar
      """)
    let names = try scratch.shell("tar tf layer.tar")
    #expect(
      names
        == "a/\na/.wh..wh..opq\na/c/\na/c/f\nchanged\n.wh.file\n.wh.gone\nnew/\n")
    let listing = "\(treeListing); getfattr -Rhd -m trusted . 2>/dev/null"
    #expect(try scratch.shell("cd again; \(listing)") == scratch.shell("cd upper; \(listing)"))
    try scratch.shell("$PROBE replay again split | cmp - layer.tar")
    #expect(
      try scratch.shell("$PROBE changes upper lower")
        == "C /a\nD /a/b\nA /a/c\nA /a/c/f\nC /changed\nD /file\nD /gone\nA /new\n")
    // The same layer over a copy of the lower one, as vfs has it.
    try scratch.shell("cp -a lower merged; $PROBE unpack deletion merged <layer.tar >/dev/null")
    #expect(
      try scratch.shell("cd merged; find . -mindepth 1 | sort")
        == "./a\n./a/c\n./a/c/f\n./changed\n./new\n")
  }

  @Test func differencesBringATreeUpToDate() throws {
    let scratch = try Scratch()
    try scratch.shell(UnpackTests.tree)
    try scratch.shell(
      """
      cp -a in new; cd new
      rm -r etc/hard dangling pipe; echo more >>etc/passwd; chmod 700 etc/deep; mkdir added; : >added/x
      rm empty; mkdir empty; : >empty/now-a-folder; rm -r etc/deep/er; : >etc/deep/er
      """)
    #expect(
      try scratch.shell("$PROBE differences in new") == """
        A /added
        A /added/x
        D /dangling
        A /empty
        A /empty/now-a-folder
        C /etc
        C /etc/deep
        A /etc/deep/er
        D /etc/hard
        C /etc/passwd
        D /pipe

        """)
    let names = "find . -mindepth 1 -printf '%P %y %m %U:%G %l\\n' | sort"
    try scratch.shell(
      "cp -a in copy; $PROBE pack-difference new in >d.tar; $PROBE unpack deletion copy <d.tar")
    #expect(try scratch.shell("cd copy; \(names)") == scratch.shell("cd new; \(names)"))
  }
}
