import LinuxSystem
import NameServer

Signal.resetFaults()
CurrentProcess.exit(NameServerProgram.run(CommandLine.arguments))
