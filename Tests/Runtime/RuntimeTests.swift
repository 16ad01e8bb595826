import Testing

/// The tests of an OCI runtime, whichever it is: they see nothing of it but its command line, the
/// containers that it makes, and what it leaves behind.
///
/// `OCI_RUNTIME` names the binary (an absolute path); `OCI_RUNTIME_STRICT=1` also asks for what
/// only this project's runtime promises, and is implied where the binary is called `ocirun`.
/// `OCI_RUNTIME_RACES` is the number of raced starts (see `RaceCases`).
///
/// A feature that the runtime or the machine lacks is skipped, with the reason in the output.
@Suite(.enabled(if: Runtime.reasonToSkip == nil, "\(Runtime.reasonToSkip ?? "")"))
enum RuntimeTests {}
