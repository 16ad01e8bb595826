public import RuntimeSpec

extension Spec.Linux.Resources {
  /// These limits after an update: what the update names replaces what was there.
  ///
  /// Some limits only make sense with others that an update may leave out: swap is counted with
  /// memory, quota within a period. So an update is applied as a whole with what was there before.
  /// Devices stay as they are.
  public func updated(by changes: Spec.Linux.Resources) -> Spec.Linux.Resources {
    var result = self
    result.memory = memory?.updated(by: changes.memory) ?? changes.memory
    result.cpu = cpu?.updated(by: changes.cpu) ?? changes.cpu
    result.blockIO = blockIO?.updated(by: changes.blockIO) ?? changes.blockIO
    result.pids = changes.pids?.limit == nil ? pids : changes.pids
    result.hugepageLimits = changes.hugepageLimits ?? hugepageLimits
    result.network = changes.network ?? network
    result.rdma = changes.rdma ?? rdma
    result.unified = (unified ?? [:]).merging(changes.unified ?? [:]) { $1 }
    if result.unified?.isEmpty == true { result.unified = nil }
    return result
  }
}

extension Spec.Linux.Resources.Memory {
  fileprivate func updated(by changes: Self?) -> Self {
    guard let changes else { return self }
    var result = self
    result.limit = changes.limit ?? limit
    // Memory without limit takes the limit of memory and swap with it.
    result.swap = changes.swap ?? (changes.limit == -1 ? nil : swap)
    result.reservation = changes.reservation ?? reservation
    result.kernel = changes.kernel ?? kernel
    result.kernelTCP = changes.kernelTCP ?? kernelTCP
    result.swappiness = changes.swappiness ?? swappiness
    result.disableOOMKiller = changes.disableOOMKiller ?? disableOOMKiller
    result.checkBeforeUpdate = changes.checkBeforeUpdate
    return result
  }
}

extension Spec.Linux.Resources.CPU {
  fileprivate func updated(by changes: Self?) -> Self {
    guard let changes else { return self }
    var result = self
    result.shares = changes.shares ?? shares
    result.quota = changes.quota ?? quota
    result.burst = changes.burst ?? burst
    result.period = changes.period ?? period
    result.realtimeRuntime = changes.realtimeRuntime ?? realtimeRuntime
    result.realtimePeriod = changes.realtimePeriod ?? realtimePeriod
    result.cpus = changes.cpus ?? cpus
    result.mems = changes.mems ?? mems
    result.idle = changes.idle ?? idle
    return result
  }
}

extension Spec.Linux.Resources.BlockIO {
  fileprivate func updated(by changes: Self?) -> Self {
    guard let changes else { return self }
    var result = self
    result.weight = changes.weight ?? weight
    result.leafWeight = changes.leafWeight ?? leafWeight
    result.weightDevice = Self.merged(weightDevice, changes.weightDevice) {
      $0.major == $1.major && $0.minor == $1.minor
    }
    func throttles(_ old: [ThrottleDevice]?, _ new: [ThrottleDevice]?) -> [ThrottleDevice]? {
      Self.merged(old, new) { $0.major == $1.major && $0.minor == $1.minor }
    }
    result.throttleReadBpsDevice = throttles(
      throttleReadBpsDevice, changes.throttleReadBpsDevice)
    result.throttleWriteBpsDevice = throttles(
      throttleWriteBpsDevice, changes.throttleWriteBpsDevice)
    result.throttleReadIOPSDevice = throttles(
      throttleReadIOPSDevice, changes.throttleReadIOPSDevice)
    result.throttleWriteIOPSDevice = throttles(
      throttleWriteIOPSDevice, changes.throttleWriteIOPSDevice)
    return result
  }

  /// The old devices without those that are named anew, then the new ones.
  private static func merged<Device>(
    _ old: [Device]?, _ new: [Device]?, _ isSame: (Device, Device) -> Bool
  ) -> [Device]? {
    guard let new else { return old }
    return (old ?? []).filter { device in !new.contains { isSame(device, $0) } } + new
  }
}
