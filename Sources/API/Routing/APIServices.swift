import Core
package import Store

/// What the routes of the foundation work with, and what checks every request. Made once by the daemon.
package struct APIServices: Sendable {
    package let store: Store
    package let audit: AuditTrail
    let hasher: PasswordHasher
    let setupCode: SetupCode
    let origins: Origins
    let sessions: Sessions
    let tickets: TicketOffice
    let limits: RateLimits
    let revocations: Revocations
    let watch: AccessWatch
    let access: AccessControl

    package init(
        store: Store, hasher: PasswordHasher, key: AccessKey, setupCode: SetupCode, origins: Origins,
        clocks: Clocks = .system
    ) async throws {
        let tokens = await AccessTokens(key: key, clocks: clocks)
        self.store = store
        self.hasher = hasher
        self.setupCode = setupCode
        self.origins = origins
        audit = AuditTrail(store: store, clocks: clocks)
        watch = AccessWatch()
        revocations = try await Revocations(store: store, watch: watch, clocks: clocks)
        sessions = Sessions(store: store, tokens: tokens, revocations: revocations, clocks: clocks)
        tickets = TicketOffice(clocks: clocks)
        limits = RateLimits(clocks: clocks)
        access = AccessControl(
            store: store,
            authenticator: Authenticator(
                store: store, tokens: tokens, tickets: tickets, revocations: revocations, origins: origins),
            limits: limits, watch: watch)
    }

    /// Accounts, tokens, the audit and health; the other groups stand beside these.
    package func foundationRoutes(version: String) -> [any RouteGroup] {
        [
            HealthRoutes(version: version), SetupRoutes(services: self), SessionRoutes(services: self),
            TokenRoutes(services: self), UserRoutes(services: self), AuditRoutes(store: store),
        ]
    }
}
