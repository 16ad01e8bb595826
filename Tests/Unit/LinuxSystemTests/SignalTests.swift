import LinuxSystem
import Testing

@Suite struct SignalTests {
  @Test(
    arguments: [
      ("15", 15), ("TERM", 15), ("sigterm", 15), ("SIGKILL", 9), ("Chld", 17), ("CLD", 17),
      ("0", 0),
      ("IOT", 6), ("RTMIN", 34), ("SIGRTMIN+3", 37), ("rtmax-1", 63), ("RTMAX", 64), ("64", 64),
    ] as [(String, CInt)])
  func takesWhatCommandLinesGive(text: String, number: CInt) {
    #expect(Signal(text)?.rawValue == number)
  }

  @Test(arguments: [
    "", "SIG", "TERMINATE", "65", "-1", "RTMIN-1", "RTMIN+31", "RTMAX+1", "RTMIN+", "RTMIN+ 1",
    "99999999999999999999", "SIGSIGTERM",
  ])
  func refusesOther(text: String) {
    #expect(Signal(text) == nil)
  }

  @Test func namesComeBackAsTheSameSignal() {
    for number in CInt(1)...64 {
      let signal = Signal(rawValue: number)
      #expect(Signal(signal.name) == signal)
    }
  }

  @Test func aMaskHoldsWhatItWasMadeOf() {
    let mask = SignalMask(.terminate, .child)
    #expect(mask.contains(.terminate) && mask.contains(.child) && !mask.contains(.hangup))
    #expect(!mask.removing(.child).contains(.child))
    #expect(!SignalMask(Signal(rawValue: 0), Signal(rawValue: 65)).contains(.kill))
  }
}
