import CommandLine
import Engine
import LinuxSystem
import SystemPackage

/// Which containers a command is about: its arguments, `--all`, `--latest`, `--cidfile`, `--filter`.
struct ContainerSelection {
  let call: Call

  init(_ call: Call) { self.call = call }

  private func has(_ option: String) -> Bool {
    call.options.isDeclared(option) && call.options.flag(option)
  }

  private func values(_ option: String) -> [String] {
    call.options.isDeclared(option) ? call.options.list(option) : []
  }

  /// The names as given, or the ids of those that the options choose. One name that nothing has fails the
  /// command before it does anything, unless `--ignore` passes it over.
  ///
  /// - Parameters:
  ///   - isWanted: which of all are meant by `--all`.
  ///   - keepsMissing: whether names that nothing has are for the command to judge.
  func ids(
    all isWanted: (Containers.Container) -> Bool = { _ in true }, keepsMissing: Bool = false
  ) throws -> [String] {
    try checkCombination()
    let containers = try call.engine.containers
    let filters = values("filter")
    if !filters.isEmpty {
      let chosen = try ContainerFilters(filters, containers).matching(try containers.allCurrent())
      return chosen.map(\.id)
    }
    if has("latest") { return [try Self.latest(containers).id] }
    if has("all") { return try containers.allCurrent().filter(isWanted).map(\.id) }
    let names = try call.arguments.map(Self.withoutSlash) + idsFromFiles()
    guard !keepsMissing else { return names }
    return try names.filter { name in
      do {
        _ = try containers.find(name)
        return true
      } catch EngineError.noSuch where has("ignore") {
        return false
      }
    }
  }

  /// The container that was made last.
  static func latest(_ containers: Containers) throws -> Containers.Container {
    guard let last = try containers.all().last else {
      throw EngineError.nothingToDo("no containers found: no such container")
    }
    return last
  }

  /// Docker's names begin with a slash.
  static func withoutSlash(_ name: String) -> String {
    name.hasPrefix("/") ? String(name.dropFirst()) : name
  }

  private func checkCombination() throws {
    let arguments = call.arguments
    let files = values("cidfile")
    if !values("filter").isEmpty {
      guard arguments.isEmpty else { throw CommandFailure("--filter takes no arguments") }
      return
    }
    if !files.isEmpty, has("all") || has("latest") {
      throw CommandFailure("--all, --latest, and --cidfile cannot be used together")
    }
    if has("all"), has("latest") {
      throw CommandFailure("--all and --latest cannot be used together")
    }
    if has("all"), !arguments.isEmpty {
      throw CommandFailure("no arguments are needed with --all")
    }
    if has("latest"), !arguments.isEmpty {
      throw CommandFailure("--latest and containers cannot be used together")
    }
    guard has("all") || has("latest") || !arguments.isEmpty || !files.isEmpty else {
      throw CommandFailure("you must provide at least one name or id")
    }
  }

  private func idsFromFiles() throws -> [String] {
    try values("cidfile").compactMap { path in
      do {
        let text = String(decoding: try readFile(path, limit: 4096), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      } catch let error as SystemError {
        if has("ignore"), error.errno == .noSuchFileOrDirectory { return nil }
        throw CommandFailure("reading CIDFile: \(error)")
      }
    }
  }
}
