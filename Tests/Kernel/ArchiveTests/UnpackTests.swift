import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import Archive

/// Unpacking against Debian's tar: what it packs comes out as it went in, and the archive comes back from
/// the tar-split data byte by byte.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct UnpackTests {
  static let tree = """
    mkdir -p in/etc/deep/er in/bin; cd in
    printf 'root:x:0:0::/:/bin/sh' >etc/passwd; head -c 300000 /dev/urandom >bin/big; : >empty
    ln bin/big etc/hard; ln -s ../bin/big etc/soft; ln -s /nowhere dangling
    mkfifo pipe; mknod null c 1 3; mknod disk b 8 1
    chown 1000:2000 etc/passwd; chown 70000:70001 etc/deep; chmod 4755 bin/big; chmod 1777 etc/deep
    long=$(printf 'n%.0s' $(seq 200)); mkdir -p "$long/$long"; echo long >"$long/$long/$long"
    echo umlaut >"\u{fc}ml\u{e4}ut"; printf x >"$(printf 'latin\\374')"; truncate -s 5M sparse
    printf data | dd of=sparse bs=1 seek=3000000 conv=notrunc 2>/dev/null
    touch -h -d '2001-02-03 04:05:06' etc/soft; touch -d '1960-01-01 UTC' empty
    touch -d '2031-02-03 04:05:06' etc/deep/er etc/deep etc bin .
    """

  @Test(arguments: [
    "--format=gnu", "--format=pax", "--format=ustar --exclude=n* --exclude=empty",
    "--format=gnu -S", "--format=pax -S", "--format=pax -S --sparse-version=0.0",
    "--format=pax -S --sparse-version=0.1", "--format=oldgnu -S",
  ])
  func equalsDebianTar(_ options: String) throws {
    let scratch = try Scratch()
    try scratch.shell(UnpackTests.tree)
    try scratch.shell("tar \(options) --numeric-owner -C in -cf a.tar . 2>/dev/null; gzip -k a.tar")
    try scratch.shell("mkdir expected; tar -C expected --numeric-owner -xpf a.tar 2>/dev/null")
    let report = try scratch.shell("mkdir out; $PROBE unpack deletion out split <a.tar.gz")
    #expect(
      try scratch.shell("cd out; \(treeListing)") == scratch.shell("cd expected; \(treeListing)"))
    try scratch.shell("diff -r --no-dereference -x null -x disk -x pipe out expected")
    let sums = try scratch.shell("sha256sum <a.tar; sha256sum <a.tar.gz").split(separator: "\n")
    #expect(report.contains("diff-id sha256:\(sums[0].prefix(64))"))
    #expect(report.contains("digest sha256:\(sums[1].prefix(64))"))
    #expect(report.contains("reproducible true"))
    try scratch.shell("$PROBE replay out split | cmp - a.tar")
  }
}
