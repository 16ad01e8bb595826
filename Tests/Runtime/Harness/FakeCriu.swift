import Foundation

/// A program that a runtime takes for CRIU: it speaks `criu swrk`'s protocol and does nothing.
///
/// It says that it is version 3.17.1; to any other request it does what the test wrote down, and it
/// keeps what it was asked.
struct FakeCriu {
  /// What the program does after the request, in order.
  enum Step {
    case notify(String, pid: UInt8 = 1)
    case answer(Kind, success: Bool = true, error: String = "")
    case exit(Int)
  }

  /// The kinds of requests and answers that tests need (`criu_req_type` of CRIU's rpc.proto).
  enum Kind: UInt8 {
    case dump = 1
    case restore = 2
    case notify = 6
  }

  let program: String
  private let folder: String

  init(_ fixture: Fixture, _ steps: [Step]) throws {
    folder = try fixture.newFolder("fake-criu")
    program = try fixture.newFile("fake-criu/criu", Self.source, mode: 0o755)
    _ = try fixture.newFile(
      "fake-criu/steps", steps.map(\.line).joined(separator: "\n") + "\n")
  }

  /// The packets that it got, beside the questions for its version, as bytes.
  var heard: [[UInt8]] {
    let text = (try? String(contentsOfFile: folder + "/heard", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { line in
      stride(from: 0, to: line.count, by: 2).compactMap { offset in
        let start = line.index(line.startIndex, offsetBy: offset)
        return UInt8(line[start..<line.index(start, offsetBy: 2)], radix: 16)
      }
    }
  }

  /// Whether the first request holds these texts one after the other, each behind its field's number
  /// and length in protobuf's format.
  func wasAsked(_ fields: (number: UInt8, text: String)...) -> Bool {
    let wanted = fields.flatMap { field in
      [field.number << 3 | 2, UInt8(field.text.utf8.count)] + Array(field.text.utf8)
    }
    return Data(heard.first ?? []).range(of: Data(wanted)) != nil
  }

  /// Perl is in every Debian.
  private static let source = #"""
    #!/usr/bin/perl
    use strict;
    use warnings;
    use IO::Handle;
    my ($folder) = $0 =~ m{^(.*)/};
    open(my $socket, '+<&=', $ARGV[1]) or exit 90;
    sub hear {
      my $count = sysread($socket, my $packet, 65536);
      exit 91 unless $count;
      return $packet;
    }
    my $request = hear();
    if (ord(substr($request, 1, 1)) == 10) {
      syswrite($socket, pack('H*', '080a1001520608031011' . '2001'));
      exit 0;
    }
    open(my $heard, '>>', "$folder/heard") or exit 92;
    $heard->autoflush(1);
    print $heard unpack('H*', $request), "\n";
    open(my $steps, '<', "$folder/steps") or exit 93;
    while (my $step = <$steps>) {
      my ($what, $value) = split ' ', $step;
      if ($what eq 'say') { syswrite($socket, pack('H*', $value)) }
      if ($what eq 'hear') { print $heard unpack('H*', hear()), "\n" }
      if ($what eq 'exit') { exit $value }
    }
    """#
}

extension FakeCriu.Step {
  fileprivate var line: String {
    switch self {
    case .notify(let script, let pid):
      let text = Array(script.utf8)
      let inner = [0x0a, UInt8(text.count)] + text + [0x10, pid]
      let kind = FakeCriu.Kind.notify.rawValue
      return "say " + hexadecimal([0x08, kind, 0x10, 1, 0x2a, UInt8(inner.count)] + inner)
        + "\nhear"
    case .answer(let kind, let success, let error):
      var packet: [UInt8] = [0x08, kind.rawValue, 0x10, success ? 1 : 0]
      if !error.isEmpty { packet += [0x4a, UInt8(error.utf8.count)] + Array(error.utf8) }
      return "say " + hexadecimal(packet)
    case .exit(let status):
      return "exit \(status)"
    }
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
