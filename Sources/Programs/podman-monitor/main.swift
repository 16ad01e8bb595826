import LinuxSystem
import MonitorCore

Signal.resetFaults()
CurrentProcess.exit(runMonitor(CommandLine.arguments))
