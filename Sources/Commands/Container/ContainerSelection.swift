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

  /// The names as given, or the ids of those that the options choose.
  ///
  /// - Parameter isWanted: which of all are meant by `--all`.
  func ids(all isWanted: (Containers.Container) -> Bool = { _ in true }) throws -> [String] {
    let containers = try call.engine.containers
    var names = call.arguments
    for path in values("cidfile") {
      do {
        let text = String(decoding: try readFile(path, limit: 4096), as: UTF8.self)
        names.append(text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "")
      } catch {
        if !has("ignore") || error.errno != .noSuchFileOrDirectory {
          throw CommandFailure("reading CIDFile: \(error)")
        }
      }
    }
    let filters = values("filter")
    let chooses = [has("all"), has("latest"), !names.isEmpty, !filters.isEmpty].count { $0 }
    if has("all"), !call.arguments.isEmpty {
      throw CommandFailure("no arguments are needed with --all")
    }
    if has("latest"), !call.arguments.isEmpty {
      throw CommandFailure("--latest and containers cannot be used together")
    }
    if !filters.isEmpty {
      let chosen = try ContainerFilters(filters, containers).matching(try containers.allCurrent())
      return chosen.map(\.id)
    }
    if has("latest") {
      guard let last = try containers.all().last else {
        throw CommandFailure("no containers found: no such container")
      }
      return [last.id]
    }
    if has("all") { return try containers.allCurrent().filter(isWanted).map(\.id) }
    guard chooses > 0 || !values("cidfile").isEmpty else {
      throw CommandFailure("you must provide at least one name or id")
    }
    return names
  }
}
