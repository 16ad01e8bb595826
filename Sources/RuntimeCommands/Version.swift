import RuntimeSpec
import Seccomp

/// The program's name and version.
enum Version {
  static let name = "ocirun"
  static let number = "0.1.0"

  /// What `--version` prints.
  static var text: String {
    """
    \(name) version \(number)
    spec: \(Spec.version)
    libseccomp: \(LibseccompVersion.string)

    """
  }
}
