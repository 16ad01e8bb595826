import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Lets a created container go on to its program, and runs its poststart hooks.
///
/// The first process waits in read(2) at the FIFO: one byte is all it needs. Two that start one
/// container are told apart by a lock on the FIFO, which the first removes.
public func startContainer(_ id: ContainerID, _ context: RuntimeContext) throws {
  let container = try Container.find(id, context)
  guard let fifo = try container.folder.openStartFIFO() else {
    throw RuntimeError.wrongStatus(id, try container.status(), operation: "start")
  }
  let notifySocket = NotifySocket(id, root: context.root)
  let readiness = try notifySocket?.bind()
  try fifo.lent.writeAll([0], subject: ContainerFolder.startFIFO)
  try container.folder.lent.removeFile(ContainerFolder.startFIFO)
  try waitForExecution(fifo.lent)
  do {
    try Hooks.run(container.spec.hooks?.poststart, .poststart, container.runtimeState(.running))
  } catch {
    try? container.firstProcess()?.send(.kill)
    throw error
  }
  if let notifySocket, let readiness, let process = try container.firstProcess() {
    try notifySocket.forwardReady(from: readiness, of: process)
  }
}

/// Waits until the first process has run its startContainer hooks and become its program, or ended:
/// either closes the only descriptor from which the FIFO can be read.
private func waitForExecution(_ fifo: FileDescriptor) throws {
  let poller = try Poller()
  // Without an interest the poller tells only that the other end is gone.
  try poller.add(fifo, [], token: 0)
  _ = try poller.wait()
}

extension ContainerFolder {
  /// Makes the FIFO at which the first process waits, and opens it for that process.
  func makeStartFIFO() throws -> SharedDescriptor {
    try lent.makeFIFO(ContainerFolder.startFIFO, mode: 0o600)
    return SharedDescriptor(try lent.open(ContainerFolder.startFIFO, [.readWrite, .noFollow]))
  }

  /// Opens the FIFO to write to the first process, alone; `nil` if nobody waits there any more.
  fileprivate func openStartFIFO() throws -> OwnedDescriptor? {
    do throws(any Error) {
      let fifo = try lent.open(ContainerFolder.startFIFO, [.writeOnly, .nonBlocking, .noFollow])
      try fifo.lent.lock()
      if lent.contains(ContainerFolder.startFIFO) { return fifo }
      return nil
    } catch let error as SystemError where error.errno == .noSuchFileOrDirectory {
      return nil
    } catch let error as SystemError where error.errno == .noSuchAddressOrDevice {
      // Nobody reads: the first process has ended, or was started by a start that was then killed.
      try? lent.removeFile(ContainerFolder.startFIFO)
      return nil
    }
  }
}
