import Core
import FoundationEssentials
import GRDB
import Glibc
import Logging
import Synchronization

@testable import Store

/// A data folder of its own with a store in it, and a clock that the test moves.
final class StoreFixture: Sendable {
    let directory: String
    let clock = Clock()
    let store: Store
    /// Those that came after `store`.
    private let opened = Mutex<[Store]>([])

    private init(directory: String) async throws {
        self.directory = directory
        store = try await Self.open(directory, clock: clock)
    }

    /// Removes the folder whatever happens in `body`.
    static func run(_ body: (StoreFixture) async throws -> Void) async throws {
        try await inFolder { directory in
            let fixture = try await StoreFixture(directory: directory)
            defer { fixture.close() }
            try await body(fixture)
        }
    }

    static func inFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/nodepilot-store-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFault(doing: "make a temporary folder") }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? FileManager.default.removeItem(atPath: directory) }  // nothing depends on it
        try await body(directory)
    }

    static func open(_ directory: String, clock: Clock = Clock()) async throws -> Store {
        try await Store.open(directory: directory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            clock.now
        }
    }

    /// Closes the store and opens the folder anew.
    func reopened() async throws -> Store {
        close()
        let store = try await Self.open(directory, clock: clock)
        opened.withLock { $0.append(store) }
        return store
    }

    private func close() {
        store.close()
        opened.withLock { stores in
            for store in stores { store.close() }
            stores.removeAll()
        }
    }
}

final class Clock: Sendable {
    static let start = Date(timeIntervalSince1970: 1_763_712_930)
    private let date = Mutex(start)

    var now: Date { date.withLock { $0 } }
    func advance(by seconds: TimeInterval) { date.withLock { $0 = $0.addingTimeInterval(seconds) } }
}

// MARK: - What most tests begin with

extension Store {
    func addUser(_ name: String = "ada", role: Role = .user) async throws -> User {
        try await createUser(username: name, role: role, passwordHash: "$2b$hash-of-\(name)")
    }

    func addProject(
        _ name: String = "shop", owner: User, port: Int? = nil, environment: [EnvironmentVariable] = []
    ) async throws -> Project {
        try await createProject(
            NewProject(
                name: ProjectName(name), path: "/p/\(name)", port: port, ownerID: owner.id, environment: environment,
                defaultHost: HostName("\(name).example.com")))
    }

    /// For looking behind the interface.
    func value<Value: DatabaseValueConvertible & Sendable>(
        _ sql: String, as type: Value.Type = Value.self
    ) async throws -> Value? {
        try await read { try Value.fetchOne($0, sql: sql) }
    }

    func execute(_ sql: String) async throws {
        try await write { try $0.execute(sql: sql) }
    }
}

let plan = AppPlan(
    kind: .node, detectedFrom: "package.json", runtime: "Node.js 20",
    services: [
        ServicePlan(name: "web", arguments: ["node", "server.js", "a b"], listens: true),
        ServicePlan(name: "audit", arguments: ["node", "audit.js"], listens: false),
    ])

func hash(_ byte: UInt8) -> Data { Data(repeating: byte, count: 32) }
