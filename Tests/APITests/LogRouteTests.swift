import Core
import Supervisor
import HTTPTypes
import Store
import Testing

@testable import API

@Suite("A project's log", .timeLimit(.minutes(3)))
struct LogRouteTests {
    private struct Place {
        let api: APIFixture
        let server: ServerSide
        let project: Project
        let token: String

        /// With twenty lines in the log.
        init() async throws {
            api = try await APIFixture(isWholeServer: true)
            server = try #require(api.server)
            let ada = try await api.user("ada")
            project = try await api.project("site", of: ada)
            token = try await api.accessToken(of: ada)
            try api.folder.makeProjectFolders(project)
            for number in 1...20 { note("line \(number)") }
            let place = self
            try await eventually { try await place.lines("?lines=100").count == 20 }
        }

        func note(_ text: String) {
            server.logs.note(project.id, name: project.name, instance: "web.1", text: text)
        }

        func get(_ query: String) async throws -> TestAnswer {
            try await api.send(.get, "/api/project/site/logs\(query)", token: token)
        }

        func lines(_ query: String) async throws -> [String] {
            try await get(query).decoded(LogPage.self).lines.map(\.text)
        }

        func open(_ query: String, headers: HTTPFields = [:]) async throws -> OpenStream {
            try await api.open("/api/project/site/logs/stream\(query)", token: token, headers: headers)
        }
    }

    @Test("is read in pages from its end, oldest line first, and filtered")
    func pages() async throws {
        let place = try await Place()
        #expect(try await place.lines("?lines=3") == ["line 18", "line 19", "line 20"])
        #expect(try await place.lines("").count == 20)
        #expect(try await place.lines("?lines=0").isEmpty)
        let page = try await place.get("?lines=2").decoded(LogPage.self).lines
        let before = try #require(page.first?.seq)
        #expect(try await place.lines("?lines=2&before=\(before)") == ["line 17", "line 18"])
        #expect(try await place.lines("?search=LINE%202") == ["line 2", "line 20"])
        #expect(try await place.lines("?search=nothing").isEmpty)
        #expect(try await place.lines("?stream=nodepilot&lines=1") == ["line 20"])
        #expect(try await place.lines("?stream=stdout").isEmpty)
        #expect(page.allSatisfy { $0.instance == "web.1" && $0.stream == .nodepilot })
    }

    @Test("is asked for wrongly: the parameter is named", arguments: ["/logs", "/logs/stream"])
    func validation(route: String) async throws {
        let place = try await Place()
        for (field, query) in [
            ("lines", "lines=-1"), ("lines", "lines=5001"), ("lines", "lines=many"), ("lines", "lines="),
            ("lines", "lines=99999999999999999999"), ("before", "before=x"), ("after", "after=-3"),
            ("stream", "stream=stdin"),
        ] {
            let answer = try await place.api.send(.get, "/api/project/site\(route)?\(query)", token: place.token)
            #expect(answer.status == 400 && answer.problem?.fields?.map(\.name) == [field], "\(query): \(answer.text)")
        }
    }

    @Test("is followed from its last lines on, and each line says where to go on")
    func follow() async throws {
        let place = try await Place()
        let stream = try await place.open("?lines=2")
        try await eventually { stream.events.count == 2 }
        place.note("line 21")
        try await eventually { stream.events.count == 3 }
        let lines = try stream.events.map { try $0.decoded(LogLine.self) }
        #expect(lines.map(\.text) == ["line 19", "line 20", "line 21"])
        #expect(stream.events.map(\.id) == lines.map { "\($0.seq)" })
        await stream.close()
        place.note("line 22")
        let last = try #require(lines.last?.seq)
        let resumed = HTTPField.Name("Last-Event-ID").map { [$0: "\(last)"] as HTTPFields } ?? [:]
        for (query, headers) in [("", resumed), ("?after=\(last)", [:]), ("?after=1&lines=5", resumed)] {
            let again = try await place.open(query, headers: headers)
            try await eventually { !again.events.isEmpty }
            #expect(try again.events.map { try $0.decoded(LogLine.self).text } == ["line 22"])
            await again.close()
        }
    }

    @Test("begins with nothing when no lines are asked for")
    func fromNow() async throws {
        let place = try await Place()
        let stream = try await place.open("?lines=0")
        try await eventually {
            place.note("new")
            return !stream.events.isEmpty
        }
        #expect(try stream.events.allSatisfy { try $0.decoded(LogLine.self).text == "new" })
        await stream.close()
    }
}
