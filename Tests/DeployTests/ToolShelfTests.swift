import Builder
import Core
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Deploy

@Suite("The shelf of tools")
struct ToolShelfTests {
    /// Runs real programs, and counts them.
    private final class CountingRunner: CommandRunner {
        private let runner = ProcessRunner()
        private let count = Mutex(0)
        var runs: Int { count.withLock { $0 } }

        func run(_ job: Job, onLine: @escaping @Sendable (String) async -> Void) async throws -> Core.ExitStatus {
            count.withLock { $0 += 1 }
            return try await runner.run(job, onLine: onLine)
        }
    }

    private static func program(_ name: String, saying text: String, in place: TemporaryFolder) throws {
        let path = try place.write("bin/\(name).new", "#!/bin/sh\necho \(text)\n")
        chmod(path, 0o755)
        try #require(rename(path, "\(place.path)/bin/\(name)") == 0)
    }

    @Test("asks each program once, and again when one of them changes, comes or goes")
    func cache() async throws {
        let place = try TemporaryFolder()
        try Self.program("node", saying: "v20.1.0", in: place)
        let runner = CountingRunner()
        let shelf = ToolShelf(path: place.path + "/bin:/nowhere", runner: runner)
        for _ in 0..<3 { #expect(try await shelf.tools().version(of: "node") == "20.1.0") }
        #expect(runner.runs == 1)
        try Self.program("node", saying: "v22.0.0", in: place)
        for _ in 0..<3 { #expect(try await shelf.tools().runtimes == ["Node.js 22.0.0"]) }
        #expect(runner.runs == 2)
        try Self.program("npm", saying: "10", in: place)
        #expect(try await shelf.tools().runtimes == ["Node.js 22.0.0 with npm"])
        unlink(place.path + "/bin/node")
        #expect(try await shelf.tools().version(of: "node") == nil)
    }

    @Test("does not forget what it knows when there is nothing at all")
    func nothing() async throws {
        let place = try TemporaryFolder()
        let runner = CountingRunner()
        let shelf = ToolShelf(path: place.path, runner: runner)
        #expect(try await shelf.tools().runtimes.isEmpty)
        #expect(try await shelf.tools().runtimes.isEmpty && runner.runs == 0)
    }
}
