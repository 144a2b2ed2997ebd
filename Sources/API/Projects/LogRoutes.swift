import Core
import FoundationEssentials
import HTTPTypes
import Hummingbird
package import Supervisor

/// What a project's instances wrote: pages of it, and as it comes.
package struct LogRoutes: RouteGroup {
    private let logs: LogBook

    package init(logs: LogBook) { self.logs = logs }

    package func register(in table: inout RouteTable) {
        table.get("/api/project/:id/logs", .project(.read)) { request, context in
            let query = try LogQuery(request)
            let project = try context.project()
            let lines = try await logs.tail(
                project.id, name: project.name, lines: query.lines ?? 100, before: query.before,
                stream: query.stream, search: query.search)
            return try .json(LogPage(lines: lines))
        }
        table.get("/api/project/:id/logs/stream", .project(.read)) { request, context in
            let query = try LogQuery(request)
            let project = try context.project()
            if context.asksForWebSocket {
                return try context.webSocket(request) { socket in
                    let encoder = NodePilotJSON.encoder()
                    for try await line in try await follow(project, query) {
                        try await socket.send(String(decoding: try encoder.encode(line), as: UTF8.self))
                    }
                }
            }
            return try .events(context) { stream in
                for try await line in try await follow(project, query) {
                    try await stream.send("log", line, id: String(line.seq))
                }
            }
        }
    }

    // MARK: - Private

    /// The last lines that were asked for, then each line as it is written.
    private func follow(_ project: Project, _ query: LogQuery) async throws -> LineByLine {
        let lines = query.lines ?? (query.after == nil ? 100 : 0)
        guard query.after == nil, lines > 0 else {
            return LineByLine(first: [], then: logs.follow(project.id, name: project.name, after: query.after))
        }
        let first = try await logs.tail(project.id, name: project.name, lines: lines)
        return LineByLine(
            first: first, then: logs.follow(project.id, name: project.name, after: first.last?.seq ?? 0))
    }
}

/// Lines that are there, and then those that come.
private struct LineByLine: AsyncSequence {
    let first: [LogLine]
    let then: LogFollower

    func makeAsyncIterator() -> Iterator { Iterator(batch: first[...], follower: then.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var batch: ArraySlice<LogLine>
        var follower: LogFollower.Iterator

        mutating func next() async throws -> LogLine? {
            while batch.isEmpty {
                guard let more = try await follower.next() else { return nil }
                batch = more[...]
            }
            return batch.popFirst()
        }
    }
}

/// The query of the log routes: `lines`, `before`, `after`, `stream`, `search`; `Last-Event-ID` counts as `after`.
private struct LogQuery {
    let lines: Int?
    let before: Int64?
    let after: Int64?
    let stream: LogLine.Stream?
    let search: String?

    /// - Throws: `.invalidInput` naming the parameter.
    init(_ request: Request) throws(NodePilotError) {
        let query = request.uri.queryParameters
        lines = try Self.number(query["lines"], "lines").map { Int($0) }
        if let lines, !(0...LogBook.maximumLines).contains(lines) {
            throw .invalid("lines", "must be between 0 and \(LogBook.maximumLines)")
        }
        before = try Self.number(query["before"], "before")
        let last = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }
        after = try Self.number(last.map { $0[...] } ?? query["after"], "after")
        if let text = query["stream"] {
            guard let known = LogLine.Stream(rawValue: String(text)) else {
                throw .invalid("stream", "is none of stdout, stderr and nodepilot")
            }
            stream = known
        } else {
            stream = nil
        }
        search = query["search"].map { String($0) }
    }

    private static func number(_ text: Substring?, _ name: String) throws(NodePilotError) -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text), number >= 0 else { throw .invalid(name, "is not a whole number from 0 on") }
        return number
    }
}
