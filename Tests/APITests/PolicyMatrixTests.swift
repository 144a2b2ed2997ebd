import Core
import HTTPTypes
import Testing

@testable import API

@Suite("Policies")
struct PolicyMatrixTests {
    /// Stands for the groups that are not part of the foundation: a route of each policy.
    private struct SampleRoutes: RouteGroup {
        func register(in table: inout RouteTable) {
            table.get("/sample/anyone", .anyone) { _, _ in .nothing }
            table.post("/sample/signed-in", .signedIn) { _, _ in .nothing }
            table.post("/sample/create", .creator) { _, _ in .nothing }
            table.get("/sample/project/:id", .project(.read)) { _, _ in .nothing }
            table.patch("/sample/project/:id/env", .project(.change)) { _, _ in .nothing }
            table.delete("/sample/project/:id", .project(.change)) { _, _ in .nothing }
        }
    }

    @Test("each route answers everybody as its policy says")
    func matrix() async throws {
        let fixture = try await APIFixture(
            groups: [SampleRoutes(), DashboardRoutes(DashboardAssets([]))], isWholeServer: true)
        let table = fixture.router.table.replacingHandlers { _, _ in .nothing }
        let people = try await People(fixture)
        let responder = APIRouter(table: table, services: fixture.services).responder()
        for cell in PolicyMatrix.cells(of: table.descriptions) {
            let path = people.path(for: cell)
            fixture.clock.advance(by: .seconds(1))  // so that the limit on requests plays no part
            let token = try await people.token(for: cell)
            let answer = try await fixture.send(cell.route.method, path, token: token, to: responder)
            #expect(answer.status == PolicyMatrix.expected(cell), "\(cell)")
            if answer.status >= 400 { #expect(answer.problem?.status == answer.status, "\(cell)") }
        }
    }

    @Test("the local administrator may do everything, and a stranger on that socket nothing")
    func localSocket() async throws {
        let fixture = try await APIFixture(groups: [SampleRoutes()], isWholeServer: true)
        let table = fixture.router.table.replacingHandlers { _, _ in .nothing }
        let people = try await People(fixture)
        let responder = APIRouter(table: table, services: fixture.services).responder()
        func status(_ route: RouteDescription, _ path: String, _ door: Door) async throws -> Int {
            try await fixture.send(route.method, path, door: door, to: responder).status
        }
        for route in table.descriptions {
            let path = route.path.replacing(":id", with: people.projects[.admin]?.name.rawValue ?? "")
            #expect(try await status(route, path, .local(uid: 0)) == 204, "\(route)")
            #expect(try await status(route, path, .stranger(uid: 1000)) == 403, "\(route)")
            #expect(try await status(route, path, .stranger(uid: nil)) == 403, "\(route)")
        }
    }

    @Test("the policies of all routes are what the documentation says")
    func table() async throws {
        let fixture = try await APIFixture(isWholeServer: true)
        let rows = fixture.router.table.descriptions.map { route in
            "\(route.method) \(route.path) \(route.policy)".replacing("API.Policy.ProjectAccess.", with: "")
        }
        #expect(
            rows == [
                "GET /health anyone", "GET /api/health anyone", "GET /api/setup anyone", "POST /api/setup anyone",
                "POST /api/auth/login anyone", "POST /api/auth/refresh anyone", "POST /api/auth/logout anyone",
                "GET /api/auth/verify signedIn", "POST /api/auth/ticket signedIn",
                "POST /api/auth/change-password person", "GET /api/tokens person", "POST /api/tokens person",
                "DELETE /api/tokens/:token person", "GET /api/users administrator", "POST /api/users administrator",
                "PATCH /api/users/:user administrator", "DELETE /api/users/:user administrator",
                "GET /api/audit administrator",
                "GET /api/project/list signedIn", "POST /api/project/create creator",
                "GET /api/project/:id project(read)", "PATCH /api/project/:id project(change)",
                "DELETE /api/project/:id project(change)", "POST /api/project/:id/start project(change)",
                "POST /api/project/:id/stop project(change)", "POST /api/project/:id/restart project(change)",
                "POST /api/project/:id/deploy project(change)", "POST /api/project/:id/rollback project(change)",
                "GET /api/project/:id/env project(read)", "PATCH /api/project/:id/env project(change)",
                "GET /api/project/:id/domains project(read)", "POST /api/project/:id/domains project(change)",
                "DELETE /api/project/:id/domains/:host project(change)",
                "GET /api/project/:id/deployments project(read)",
                "GET /api/project/:id/deployments/:deployment project(read)",
                "GET /api/project/:id/deployments/:deployment/log project(read)",
                "GET /api/project/:id/logs project(read)", "GET /api/project/:id/logs/stream project(read)",
                "GET /api/system/info signedIn", "GET /api/system/metrics signedIn",
                "GET /api/system/processes signedIn", "GET /api/project/:id/metrics project(read)",
                "GET /metrics administrator", "GET /api/events signedIn",
            ])
    }
}

/// Somebody of each role with a project of their own and tokens of each kind.
private struct People {
    var projects: [Role: Project] = [:]
    private var users: [Role: User] = [:]
    private var tokens: [Role: [PolicyMatrix.Token: String]] = [:]
    private let fixture: APIFixture
    private let strangersProject: Project

    init(_ fixture: APIFixture) async throws {
        self.fixture = fixture
        for role in Role.allCases {
            let user = try await fixture.user("the-\(role)", role)
            users[role] = user
            projects[role] = try await fixture.project("of-\(role)", of: user)
            tokens[role] = [
                .readToken: try await fixture.apiToken(of: user, .read),
                .deployToken: try await fixture.apiToken(of: user, .deploy),
                .fullToken: try await fixture.apiToken(of: user, .full),
            ]
        }
        strangersProject = try await fixture.project("strange", of: try await fixture.user("stranger"))
    }

    func token(for cell: PolicyMatrix.Cell) async throws -> String? {
        guard cell.token == .session, let user = users[cell.role] else { return tokens[cell.role]?[cell.token] }
        return try await fixture.accessToken(of: user)
    }

    func path(for cell: PolicyMatrix.Cell) -> String {
        let id: String
        switch cell.target {
        case .own: id = projects[cell.role].map { String($0.id) } ?? ""
        case .others: id = strangersProject.name.rawValue
        case .missing: id = "nothing-here"
        }
        return cell.route.path.replacing(":id", with: id).replacing("**", with: "x")
    }
}
