/// Words as a shell splits them: at white space that is not quoted; quotes and backslashes are taken away.
public enum ShellWords {
  /// The words; a quotation that is not ended goes to the end of the text.
  static func split(_ text: String) -> [String] { read(text).words }

  /// The words; nil where a quotation is not ended.
  public static func splitWhole(_ text: String) -> [String]? {
    let (words, isOpen) = read(text)
    return isOpen ? nil : words
  }

  private static func read(_ text: String) -> (words: [String], isOpen: Bool) {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return (words, quote != nil || isEscaped)
  }
}
