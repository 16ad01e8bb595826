import LinuxSystem

/// Names for containers that nobody named: an adjective and somebody to remember, `calm_hopper`.
enum RandomName {
  private static let adjectives = [
    "able", "agile", "amber", "ample", "apt", "arctic", "autumn", "bold", "bonny", "brave",
    "breezy",
    "bright", "brisk", "calm", "candid", "careful", "cheerful", "clear", "clever", "cosmic", "cosy",
    "crisp", "curious", "daring", "dapper", "deep", "deft", "eager", "early", "earnest", "easy",
    "elated", "epic", "exact", "fair", "faithful", "fancy", "fearless", "festive", "fine", "fleet",
    "fluent", "focused", "fond", "frank", "free", "fresh", "friendly", "frosty", "gallant",
    "gentle",
    "gifted", "glad", "golden", "graceful", "grand", "happy", "hardy", "hearty", "honest",
    "hopeful",
    "humble", "inventive", "jolly", "jovial", "joyful", "keen", "kind", "lively", "loyal", "lucid",
    "lucky", "lunar", "mellow", "merry", "mild", "modest", "neat", "nimble", "noble", "patient",
    "peaceful", "placid", "playful", "polite", "prompt", "proud", "quick", "quiet", "radiant",
    "rapid",
    "ready", "serene", "sharp", "silver", "sincere", "smart", "smooth", "snowy", "sober", "solar",
    "sound", "spry", "stable", "steady", "stoic", "sturdy", "subtle", "sunny", "swift", "tender",
    "thorough", "tidy", "tranquil", "trusty", "upbeat", "valiant", "vivid", "warm", "wise", "witty",
    "zealous", "zesty",
  ]
  private static let people = [
    "abel", "ada", "allen", "ampere", "archimedes", "babbage", "backus", "banach", "bardeen",
    "bartik",
    "bell", "bernoulli", "bohr", "boole", "borg", "bose", "boyle", "brahe", "cantor", "carson",
    "cauchy", "cerf", "chandrasekhar", "church", "clarke", "codd", "conway", "curie", "dahl",
    "darwin",
    "davinci", "dijkstra", "dirac", "edison", "einstein", "elion", "engelbart", "euclid", "euler",
    "faraday", "fermat", "fermi", "feynman", "floyd", "fourier", "franklin", "galileo", "galois",
    "gauss", "germain", "goedel", "goldberg", "goodall", "hamilton", "hawking", "heisenberg",
    "hertz",
    "hilbert", "hoare", "hodgkin", "hopper", "huygens", "hypatia", "iverson", "jennings", "kahn",
    "kalam", "kapitsa", "keldysh", "keller", "kepler", "khorana", "kilby", "knuth", "kovalevskaya",
    "lagrange", "lalande", "lamarr", "lamport", "laplace", "leavitt", "leibniz", "liskov",
    "lovelace",
    "lumiere", "maxwell", "mccarthy", "mcclintock", "meitner", "mendel", "milner", "minsky",
    "morse",
    "naur", "nash", "newton", "nobel", "noether", "ohm", "pascal", "pasteur", "pauli", "payne",
    "perlman", "pike", "planck", "poincare", "ptolemy", "raman", "ramanujan", "ride", "riemann",
    "ritchie", "rubin", "sagan", "sammet", "shannon", "sinoussi", "stallman", "swartz", "tesla",
    "thompson", "torvalds", "turing", "varahamihira", "villani", "volta", "wescoff", "wiles",
    "wilkes", "wing", "wozniak", "wright", "wu", "yalow", "yonath", "zhukovsky",
  ]

  /// A name that is probably free: one of some 18,000.
  static func make() throws(SystemError) -> String {
    let bytes = try randomBytes(4)
    let adjective = adjectives[(Int(bytes[0]) << 8 | Int(bytes[1])) % adjectives.count]
    let person = people[(Int(bytes[2]) << 8 | Int(bytes[3])) % people.count]
    return "\(adjective)_\(person)"
  }
}
