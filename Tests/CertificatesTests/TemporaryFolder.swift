import FoundationEssentials
import Glibc
import Subprocess
import Testing

/// A folder that is there while a test runs.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = "/tmp/nodepilot-certificates-\(UUID().uuidString)"
    try #require(mkdir(path, 0o755) == 0)
    defer {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }
    return try await body(path)
}

func openssl(_ arguments: [String], input: String = "") async throws -> String {
    let result = try await run(
        .name("openssl"), arguments: Arguments(arguments), input: .string(input), output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 20))
    return result.standardOutput + result.standardError
}

/// The permissions of a file, without its type; 0 where there is none.
func mode(of path: String) -> Int {
    // Nothing there has no mode.
    (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0
}

func content(of path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}
