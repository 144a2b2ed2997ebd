import Core
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import Testing

@testable import API

@Suite("What every answer has")
struct FrontDoorTests {
    private struct Failure: Error {}

    private struct FailingRoutes: RouteGroup {
        func register(in table: inout RouteTable) {
            table.get("/fails", .anyone) { _, _ in throw Failure() }
            table.get("/internal", .anyone) { _, _ in throw NodePilotError(.internal, "/secret/path is broken") }
            table.get("/coded/:code", .anyone) { _, context in
                let code = NodePilotError.Code(rawValue: try context.parameter("code")) ?? .internal
                throw NodePilotError(code, "message", hint: "hint", retryAfter: 7)
            }
            table.get("/address", .anyone) { _, context in try .json([context.address]) }
            table.post("/body", .anyone) { request, _ in try .json(try await request.json(CreateTokenRequest.self)) }
            table.post("/change", .anyone) { request, _ in try .json(try await request.json(EnvironmentChange.self)) }
        }
    }

    private func fixture() async throws -> APIFixture { try await APIFixture(groups: [FailingRoutes()]) }

    @Test("unknown paths and methods are 404 problems")
    func unknownPaths() async throws {
        let api = try await fixture()
        for path in ["/api/nothing", "/nothing", "/api", "/api/auth", "/api/users/1/2", "/..", "/%2e%2e/etc/passwd"] {
            let answer = try await api.send(.get, path)
            #expect(answer.status == 404, "\(path)")
            #expect(answer.problem?.code == .notFound)
            #expect(answer.headers[.contentType] == "application/problem+json")
        }
        #expect(try await api.send(.put, "/api/users").status == 404)
        #expect(try await api.send(.head, "/health").status == 200)
    }

    @Test("what escapes is internal, and its details are not shown", arguments: ["/fails", "/internal"])
    func escapes(_ path: String) async throws {
        let answer = try await fixture().send(.get, path)
        #expect(answer.status == 500)
        #expect(answer.problem?.code == .internal)
        #expect(!answer.text.contains("secret"))
        #expect(!answer.text.contains("Failure"))
        #expect(answer.problem?.requestID == answer.headers[.xRequestID])
    }

    @Test("each code has its status")
    func statuses() async throws {
        let api = try await fixture()
        let expected: [NodePilotError.Code: Int] = [
            .invalidInput: 400, .unauthenticated: 401, .forbidden: 403, .notFound: 404, .conflict: 409, .tooLarge: 413,
            .unprocessable: 422, .rateLimited: 429, .internal: 500, .unavailable: 503, .insufficientStorage: 507,
        ]
        #expect(expected.count == NodePilotError.Code.allCases.count)
        for (code, status) in expected {
            let answer = try await api.send(.get, "/coded/\(code.rawValue)")
            #expect(answer.status == status)
            #expect(answer.problem?.code == code)
            if code != .internal { #expect(answer.headers[.retryAfter] == "7") }
        }
    }

    @Test("answers carry the headers that keep browsers safe, and are not kept")
    func securityHeaders() async throws {
        let answer = try await fixture().send(.get, "/health")
        #expect(answer.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'self'") == true)
        #expect(answer.headers[.contentSecurityPolicy]?.contains("unsafe") == false)
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        #expect(answer.headers[.xFrameOptions] == "DENY")
        #expect(answer.headers[.referrerPolicy] == "no-referrer")
        #expect(answer.headers[.cacheControl] == "no-store")
    }

    @Test("the edge's request ID is taken when it is well-formed, and nobody else's")
    func requestIDs() async throws {
        let api = try await fixture()
        func id(_ sent: String, _ door: Door = .edge) async throws -> String? {
            try await api.send(.get, "/health", headers: [.xRequestID: sent], door: door).headers[.xRequestID]
        }
        #expect(try await id("01JABCDEFG-x.y_z") == "01JABCDEFG-x.y_z")
        #expect(try await id("01JABCDEFG", .local(uid: 0)) != "01JABCDEFG")
        for bad in ["short", "has space in it", "<script>alert(1)", String(repeating: "x", count: 65)] {
            let made = try await id(bad)
            #expect(made != bad)
            #expect(made?.isEmpty == false)
        }
    }

    @Test("the client's address is the edge's word")
    func addresses() async throws {
        let api = try await fixture()
        func address(_ sent: String, _ door: Door = .edge) async throws -> String {
            try await api.send(.get, "/address", headers: [.xForwardedFor: sent], door: door).text
        }
        #expect(try await address("203.0.113.9") == #"["203.0.113.9"]"#)
        #expect(try await address("203.0.113.9, 2001:db8::1") == #"["2001:db8::1"]"#)
        #expect(try await address("evil") == #"["unknown"]"#)
        #expect(try await address("203.0.113.9", .local(uid: 0)) == #"["local"]"#)
    }

    // MARK: - Bodies

    @Test(
        "what is wrong with a body is said by the member's name",
        arguments: [
            (#"{"scope":"read"}"#, "name", "is missing"),
            (#"{"name":7,"scope":"read"}"#, "name", "must be a string"),
            (#"{"name":null,"scope":"read"}"#, "name", "must be a string, not null"),
            (#"{"name":"a","scope":"read","expires_in_days":"7"}"#, "expires_in_days", "must be a whole number"),
            (#"{"name":"a","scope":"all"}"#, "scope", "has a value that is not allowed here"),
            (#"{"name":"a","scope":"read","admin":true}"#, "admin", "is not a member that is known here"),
        ])
    func badMembers(_ body: String, _ name: String, _ problem: String) async throws {
        let answer = try await fixture().send(.post, "/body", json: body)
        #expect(answer.status == 400)
        #expect(answer.problem?.code == .invalidInput)
        #expect(answer.problem?.fields == [.init(name: name, problem: problem)])
    }

    @Test("members within members are named by their path")
    func nested() async throws {
        let api = try await fixture()
        func field(_ body: String) async throws -> String? {
            try await api.send(.post, "/change", json: body).problem?.fields?.first?.name
        }
        #expect(try await field(#"{"set":[{"name":"A","value":"1"},{"name":"B","value":"1","x":1}]}"#) == "set[1].x")
        #expect(try await field(#"{"set":[{"name":"A","value":7}]}"#) == "set[0].value")
        #expect(try await field(#"{"unset":"A"}"#) == "unset")
        #expect(try await api.send(.post, "/change", json: #"{"unset":["A"],"set":null}"#).status == 200)
    }

    @Test(
        "what is no JSON, no object or of another type is refused",
        arguments: ["", "{", "[]", "7", "\"x\"", "null", "{}}"])
    func noJSON(_ body: String) async throws {
        let answer = try await fixture().send(.post, "/body", json: body)
        #expect(answer.status == 400)
        #expect(answer.problem?.code == .invalidInput)
    }

    @Test("a body over 1 MB is 413, and one of another type is refused")
    func bodyLimits() async throws {
        let api = try await fixture()
        let large = #"{"name":"\#(String(repeating: "a", count: 1_100_000))","scope":"read"}"#
        #expect(try await api.send(.post, "/body", json: large).status == 413)
        let text = try await api.send(.post, "/body", json: "{}", headers: [.contentType: "text/plain"])
        #expect(text.status == 400)
    }
}
