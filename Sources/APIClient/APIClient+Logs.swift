package import Core

/// Which lines of a project's log.
package struct LogQuery: Hashable, Sendable {
    /// How many of the last, to 5000.
    package var lines: Int
    package var stream: LogLine.Stream?
    /// Text that lines must contain.
    package var search: String?

    package init(lines: Int = 100, stream: LogLine.Stream? = nil, search: String? = nil) {
        self.lines = lines
        self.stream = stream
        self.search = search
    }

    var parameters: [(String, String?)] {
        [("stream", stream?.rawValue), ("search", search)]
    }
}

extension APIClient {
    /// Oldest first.
    package func logs(of name: String, _ query: LogQuery) async throws -> [LogLine] {
        let parameters = [("lines", String(query.lines))] + query.parameters
        return try await transport.answer(
            to: Call(.get, "/api/project/\(name)/logs", query: parameters), as: LogPage.self
        )
        .lines
    }

    /// Lines as they are written, without end.
    /// - Parameter after: the number of the last line that the caller has; nil: begin with the query's last lines.
    package func followLogs(
        of name: String, _ query: LogQuery, after: Int64? = nil
    ) async throws -> some AsyncSequence<LogLine, any Error> {
        let start = after.map { ("after", String($0)) } ?? ("lines", String(query.lines))
        var call = Call(.get, "/api/project/\(name)/logs/stream", query: [start] + query.parameters)
        call.accept = "text/event-stream"
        call.lastEventID = after.map { String($0) }
        return try await transport.events(of: call).compactMap { event -> LogLine? in
            event.name == "log" ? try decoded(event) : nil
        }
    }
}
