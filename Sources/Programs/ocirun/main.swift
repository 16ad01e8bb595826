import LinuxSystem
import RuntimeCommands

CurrentProcess.exit(runCommandLine(CommandLine.arguments))
