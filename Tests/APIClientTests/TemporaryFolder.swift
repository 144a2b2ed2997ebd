import FoundationEssentials
import Glibc

/// A folder of a test's own, removed with everything in it when the test ends. Short, for sockets have short paths.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = "/tmp/np-\(getpid())-\(String(UInt32.random(in: .min ... .max), radix: 36))"
        mkdir(path, 0o755)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // What is left in /tmp is no failure of the test.
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: file(name)))
        return file(name)
    }
}
