import Core
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Store

@testable import API

/// The API on a real database in a folder of its own, asked in process.
final class APIFixture: Sendable {
    static let origin = "https://panel.test"
    static let password = "correct horse battery"

    let folder: TemporaryFolder
    let clock: TestClock
    let store: Store
    let services: APIServices
    let setupCode: SetupCode
    let router: APIRouter
    /// What the daemon adds; nil unless it was asked for.
    let server: ServerSide?
    private let responder: APIRouter.Responder

    /// - Parameter isWholeServer: whether the routes that the daemon adds are there as well.
    init(groups: [any RouteGroup] = [], isWholeServer: Bool = false, needsSetup: Bool = false) async throws {
        folder = try TemporaryFolder()
        clock = TestClock()
        let clock = clock
        store = try await Store.open(directory: folder.path, now: { clock.now })
        setupCode = try SetupCode(path: folder.path + "/setup-code", needed: needsSetup)
        services = try await APIServices(
            store: store, hasher: PasswordHasher(cost: 4),
            key: AccessKey.load(path: folder.path + "/secrets/access.key", databaseExists: false),
            setupCode: setupCode, origins: Origins([Self.origin]), clocks: clock.clocks)
        server = isWholeServer ? try ServerSide(store, services, folder: folder.path) : nil
        let added = server?.groups ?? []
        router = APIRouter(services.foundationRoutes(version: "1.2.3") + added + groups, services: services)
        responder = router.responder()
    }

    deinit { store.close() }

    // MARK: - People

    func user(_ name: String, _ role: Role = .user) async throws -> User {
        try await store.createUser(
            username: name, role: role, passwordHash: try await PasswordHasher(cost: 4).hash(Self.password))
    }

    func project(_ name: String, of owner: User) async throws -> Project {
        try await store.createProject(
            NewProject(
                name: ProjectName(name), path: "\(folder.path)/projects/\(name)", ownerID: owner.id,
                defaultHost: HostName("\(name).panel.test")))
    }

    func accessToken(of user: User, session: String = "s") async throws -> String {
        try await services.sessions.tokens.issue(to: user, session: session).accessToken
    }

    func apiToken(of user: User, _ scope: APITokenScope, expiresAt: Date? = nil) async throws -> String {
        let secret = "np_" + Secret.word(40)
        _ = try await store.createAPIToken(
            user: user.id, name: "\(scope)-\(Secret.word(6))", scope: scope, hash: Secret.hash(secret),
            expiresAt: expiresAt)
        return secret
    }

    // MARK: - Requests

    func send(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, json: String? = nil,
        form: Form? = nil, headers: HTTPFields = [:], door: Door = .edge, offer: WebSocketOffer? = nil,
        to other: APIRouter.Responder? = nil
    ) async throws -> TestAnswer {
        var fields = headers
        if let token { fields[.authorization] = "Bearer \(token)" }
        let body = form?.bytes ?? ByteBuffer(string: json ?? "")
        if json != nil, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        if form != nil { fields[.contentType] = Form.contentType }
        if json != nil || form != nil { fields[.contentLength] = String(body.readableBytes) }
        return try await TestAnswer(
            respond(method, path, fields, RequestBody(buffer: body), door: door, offer: offer, to: other))
    }

    /// An event stream, once it has begun.
    func open(_ path: String, token: String, headers: HTTPFields = [:], isPaused: Bool = false) async throws
        -> OpenStream
    {
        var fields = headers
        fields[.authorization] = "Bearer \(token)"
        fields[.accept] = "text/event-stream"
        let response = try await respond(.get, path, fields, RequestBody(buffer: ByteBuffer()))
        guard response.status == .ok else { throw NodePilotError(.internal, "\(response.status)") }
        return OpenStream(response, isPaused: isPaused)
    }

    private func respond(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: RequestBody, door: Door = .edge,
        offer: WebSocketOffer? = nil, to other: APIRouter.Responder? = nil
    ) async throws -> Response {
        var fields = headers
        if fields[.xForwardedFor] == nil { fields[.xForwardedFor] = "192.0.2.1" }
        let head = HTTPRequest(
            method: method, scheme: "https", authority: "panel.test", path: path, headerFields: fields)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let context = APIContext(source: ConnectionSource(logger: logger, door: door, upgrade: offer))
        return try await (other ?? responder).respond(to: Request(head: head, body: body), context: context)
    }

    func logIn(_ name: String, password: String = password, headers: HTTPFields = [:]) async throws -> TestAnswer {
        try await send(
            .post, "/api/auth/login", json: #"{"username":"\#(name)","password":"\#(password)"}"#, headers: headers)
    }

    func audited() async throws -> [String] {
        try await store.audit().map { "\($0.action) \($0.subject) by \($0.actor)" }
    }
}
