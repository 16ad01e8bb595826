import Testing

@testable import GoTemplate

/// Templates come from users, also of an HTTP service: whatever they are, they render or are refused.
@Suite struct TemplateMutationTests {
  private struct Dice {
    var state: UInt64
    mutating func roll(_ below: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(max(1, below)))
    }
  }

  private static let seeds = [
    "{{range $i, $n := .Names}}{{$i}}={{$n | printf \"%-5.3s|%05d|%x\" $n}} {{else}}x{{end}}",
    "{{if and .A (not .B) (eq 1 2 3)}}{{template \"t\" .}}{{else if .C}}{{break}}{{end}}",
    "{{define \"t\"}}{{slice .ID 1 2}}{{index .L \"a\" 0}}{{end}}{{block \"u\" .}}{{len .}}{{end}}",
    "{{- /* c */ -}} {{$x := 1.5e3}}{{$x = 'a'}}{{printf \"%*d %q %v\" 3 $x `raw` .Names}}",
    "{{json .}}{{join .Names \", \"}}{{split \"a,b\" \",\"}}{{truncate .ID 9}}{{pad \"x\" 3 4}}",
  ]

  private static let value = GoValue.structure(
    .field("ID", "abc"), .field("Names", ["a", "b"]), .field("L", ["a": [1, 2]]),
    .field("A", true), .field("B", .null), .field("C", .nilMap), .field("F", .float(1e300)),
    .field("M", .int(.min)), .field("D", .duration(.min)),
    .field("T", .time(.max / 2, nanoseconds: 1)))

  @Test func noTemplateTraps() {
    var dice = Dice(state: 88_172_645_463_325_252)
    let pieces: [String] = [
      "{{", "}}", "{{end}}", "{{else}}", " | ", "(", ")", "\"", "`", "'", "$", ".", "-", "%", "9",
      "\\",
      ".M", ".D", ".T", ".F", ".L", "9223372036854775807", "-1", "%*.*f", "%999999999d", "é", "\n",
      "range ", "with ", "slice ", "index ", "printf ", "nil", "{{- ", " -}}", ":=", ",",
    ]
    for _ in 0..<3000 {
      var text = Array(Self.seeds[dice.roll(Self.seeds.count)])
      for _ in 0...dice.roll(4) {
        let place = dice.roll(text.count + 1)
        switch dice.roll(3) {
        case 0: text.insert(contentsOf: pieces[dice.roll(pieces.count)], at: place)
        case 1: text.removeSubrange(place..<min(text.count, place + dice.roll(5)))
        default:
          let other = Array(Self.seeds[dice.roll(Self.seeds.count)])
          text = Array(text.prefix(place)) + other.dropFirst(dice.roll(other.count))
        }
      }
      _ = try? Template(String(text)).render(Self.value, stepLimit: 2000)
    }
  }
}
