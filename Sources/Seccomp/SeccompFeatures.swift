public import RuntimeSpec

extension RuntimeFeatures.Seccomp {
  /// What this program, its libseccomp and this kernel know of filters, each list in order.
  public static var current: Self {
    typealias Profile = Spec.Linux.Seccomp
    return Self(
      enabled: true,
      actions: Profile.Action.allCases.map(\.rawValue).sorted(),
      operators: Profile.Operator.allCases.map(\.rawValue).sorted(),
      archs: Profile.Architecture.allCases.filter { LibseccompArchitecture($0) != nil }
        .map(\.rawValue).sorted(),
      knownFlags: Profile.Flag.allCases.map(\.rawValue),
      supportedFlags: Profile.Flag.allCases.filter(\.isSupported).map(\.rawValue))
  }
}
