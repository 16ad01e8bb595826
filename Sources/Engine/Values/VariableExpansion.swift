extension String {
  /// This text with `$NAME` and `${NAME}` replaced by values; one that is not known is empty, as podman has it.
  public func expandingVariables(_ value: (String) -> String?) -> String {
    var result = ""
    var rest = self[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.first == "{"
      if isBraced { rest.removeFirst() }
      let name = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      rest = rest.dropFirst(name.count)
      if isBraced, rest.first == "}" { rest.removeFirst() }
      result += name.isEmpty ? "$" : value(String(name)) ?? ""
    }
    return result + rest
  }
}
