import Commands
import LinuxSystem

CurrentProcess.exit(runPodman(CommandLine.arguments))
