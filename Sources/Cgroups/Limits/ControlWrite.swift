/// One limit as the kernel takes it: a value for a control file.
///
/// Translating `linux.resources` to these is pure; `ContainerCgroup` writes them.
struct ControlWrite: Equatable, Sendable {
  /// What happens where the cgroup has the controller but not the file.
  enum Absence: Equatable, Sendable {
    /// It is an error.
    case refused
    /// There is nothing to limit then.
    case passedOver
    /// Another file that this kernel may have in its place, and the value for it.
    case other(file: String, value: String)
  }

  /// The controller that must be there.
  var controller: String
  var file: String
  var value: String
  /// The place in `config.json` that asked for it.
  var field: String
  var absence: Absence = .refused
  /// The value is put behind the first word that the file has now: the period of `cpu.max` behind
  /// the quota.
  var keepsFirstWord = false
}

extension [ControlWrite] {
  /// Adds a write of a number that was asked for.
  mutating func add(
    _ controller: String, _ file: String, _ value: (some BinaryInteger)?, _ field: String,
    absence: ControlWrite.Absence = .refused
  ) {
    guard let value else { return }
    append(
      ControlWrite(
        controller: controller, file: file, value: "\(value)", field: "linux.resources.\(field)",
        absence: absence))
  }

  /// Adds a write of a text that was asked for.
  mutating func add(
    _ controller: String, _ file: String, text: String?, _ field: String,
    absence: ControlWrite.Absence = .refused
  ) {
    guard let text, !text.isEmpty else { return }
    append(
      ControlWrite(
        controller: controller, file: file, value: text, field: "linux.resources.\(field)",
        absence: absence))
  }
}

extension Optional where Wrapped: BinaryInteger {
  /// In `linux.resources`, 0 says the same as nothing for most numbers.
  var unlessZero: Wrapped? { self == 0 ? nil : self }
}

/// The value of `pids.max` for `pids.limit`. systemd takes no 0 for `TasksMax=`, and 1 comes to the
/// same in a cgroup that holds the container's first process; so both drivers write 1.
func taskLimit(_ limit: Int64) -> String {
  limit < 0 ? "max" : "\(Swift.max(limit, 1))"
}

/// Checks the page size of a huge page limit, which becomes part of a file name.
func checkedPageSize(_ size: String, field: String) throws(CgroupError) -> String {
  guard !size.isEmpty, size.utf8.count < 16,
    size.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) })
  else {
    throw .invalidValue(field: field, value: size, reason: "not a page size such as 2MB")
  }
  return size
}

/// The line of `rdma.max` for a device.
func rdmaLine(device: String, handles: UInt32?, objects: UInt32?) -> String {
  var line = device
  if let handles { line += " hca_handle=\(handles)" }
  if let objects { line += " hca_object=\(objects)" }
  return line
}
