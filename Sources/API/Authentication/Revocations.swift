import Core
import FoundationEssentials
import Store

/// Access tokens that were ended before their time. They are not in the database, so what ended them is remembered for
/// as long as they could live, also over a restart; and streams that are open under them are ended.
actor Revocations {
    private struct Entry: Codable {
        var user: User.ID
        /// Only one session's tokens; nil: those of all sessions but `except`.
        var session: String?
        var except: String?
        var at: Date

        func names(session other: String) -> Bool {
            if let session { return session == other }
            return except != other
        }
    }

    private static let setting = "revoked_access"

    private let store: Store
    private let clocks: Clocks
    private let watch: AccessWatch
    private var entries: [Entry]

    init(store: Store, watch: AccessWatch, clocks: Clocks) async throws {
        self.store = store
        self.clocks = clocks
        self.watch = watch
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

    func isRevoked(_ claims: AccessTokens.Claims) -> Bool {
        entries.contains { entry in
            entry.user == claims.user && claims.issuedAt <= entry.at && entry.names(session: claims.session)
        }
    }

    // MARK: - Private

    private func add(_ entry: Entry) async throws {
        let oldest = clocks.date().addingTimeInterval(-AccessTokens.lifetime - 60)
        entries.removeAll { $0.at < oldest }
        entries.append(entry)
        watch.endStreams { caller in
            guard caller.user.id == entry.user, case .session(let session) = caller.means else { return false }
            return entry.names(session: session)
        }
        let stored = String(decoding: try NodePilotJSON.encoder().encode(entries), as: UTF8.self)
        try await store.setSetting(Self.setting, to: stored)
    }
}
