import APIClient
import Core

/// Follows a log over connections that may break; every line once, in order.
struct LogFollower: Sendable {
    private static let attempts = 30

    let client: APIClient
    let project: String
    let query: LogQuery

    /// - Throws: when the server stays away, or the task is cancelled.
    func follow(_ writer: LogWriter) async throws {
        var last: Int64?
        var attempt = 0
        while true {
            do {
                for try await line in try await client.followLogs(of: project, query, after: last) {
                    if let last, line.seq <= last { continue }
                    try writer.write(line)
                    last = line.seq
                    attempt = 0
                }
            } catch let error as NodePilotError where error.code == .unavailable {
                guard attempt > 0 || last != nil, attempt < Self.attempts else { throw error }
            }
            attempt += 1
            guard attempt < Self.attempts else {
                throw NodePilotError(.unavailable, "The server ends the log again and again.", hint: "Try again later.")
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}
