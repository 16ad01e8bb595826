import Glibc
import LinuxSystem
import SystemPackage

/// Makes a folder for one test.
func makeTemporaryFolder() throws -> String {
  var template = Array("/tmp/checkpoint-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", "/tmp", currentErrno()) }
  return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
}

func removeTemporaryFolder(_ path: String) {
  guard let parent = try? openFile("/tmp", [.readOnly, .directory]) else { return }
  try? parent.lent.removeTree(String(path.dropFirst("/tmp/".count)))
}

/// Ends what this end of a socket sends.
func shutdownForWriting(_ socket: CInt) -> CInt { shutdown(socket, CInt(SHUT_WR)) }
