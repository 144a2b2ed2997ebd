import Core
import FoundationEssentials
import Store

/// Access tokens that were ended before their time. They are not in the database, so what ended them is remembered for
/// as long as they could live, also over a restart; and streams that are open under them are told.
actor Revocations {
    private struct Entry: Codable {
        var user: User.ID
        /// Only this session's tokens; nil: those of all sessions but `except`.
        var session: String?
        var except: String?
        var at: Date
    }

    private struct Watcher {
        let caller: Caller
        let continuation: AsyncStream<Void>.Continuation
    }

    private static let setting = "revoked_access"

    private let store: Store
    private let clocks: Clocks
    private var entries: [Entry]
    private var watchers: [Int: Watcher] = [:]
    private var lastWatcher = 0

    init(store: Store, clocks: Clocks = .system) async throws {
        self.store = store
        self.clocks = clocks
        let stored = try await store.setting(Self.setting) ?? "[]"
        entries = try NodePilotJSON.decoder().decode([Entry].self, from: Data(stored.utf8))
    }

    /// Signing out.
    func end(session: String, of user: User.ID) async throws {
        try await add(Entry(user: user, session: session, except: nil, at: clocks.date()))
    }

    /// Ends the access of a user: all sessions, but for one.
    func endSessions(of user: User.ID, except session: String? = nil) async throws {
        try await add(Entry(user: user, session: nil, except: session, at: clocks.date()))
    }

    /// A user is gone or may do less now: open streams end, and those who may still see them open them again.
    func endStreams(of user: User.ID) {
        for (id, watcher) in watchers where watcher.caller.user.id == user {
            watcher.continuation.finish()
            watchers[id] = nil
        }
    }

    /// As `endStreams`, of one API token.
    func endStreams(ofToken token: Int64) {
        for (id, watcher) in watchers {
            guard case .apiToken(token, _, _) = watcher.caller.means else { continue }
            watcher.continuation.finish()
            watchers[id] = nil
        }
    }

    func isRevoked(_ claims: AccessTokens.Claims) -> Bool {
        entries.contains { entry in
            entry.user == claims.user && claims.issuedAt <= entry.at && Self.names(entry, session: claims.session)
        }
    }

    /// Ends when the caller's access ends; never before.
    func end(of caller: Caller) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        lastWatcher += 1
        let id = lastWatcher
        watchers[id] = Watcher(caller: caller, continuation: continuation)
        continuation.onTermination = { [weak self] _ in
            guard let self else { return }
            Task { await self.forget(id) }  // lives for one step on this actor
        }
        return stream
    }

    // MARK: - Private

    private func forget(_ id: Int) { watchers[id] = nil }

    private func add(_ entry: Entry) async throws {
        entries.removeAll { $0.at.addingTimeInterval(AccessTokens.lifetime + 60) < clocks.date() }
        entries.append(entry)
        for (id, watcher) in watchers where watcher.caller.user.id == entry.user {
            guard case .session(let session) = watcher.caller.means, Self.names(entry, session: session) else {
                continue
            }
            watcher.continuation.finish()
            watchers[id] = nil
        }
        let stored = String(decoding: try NodePilotJSON.encoder().encode(entries), as: UTF8.self)
        try await store.setSetting(Self.setting, to: stored)
    }

    private static func names(_ entry: Entry, session: String) -> Bool {
        if let only = entry.session { return only == session }
        return entry.except != session
    }
}
