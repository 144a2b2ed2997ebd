package import HTTPTypes

/// A row of the table of routes.
package struct RouteDescription: Hashable, Sendable {
    package let method: HTTPRequest.Method
    /// `/api/project/:id/logs`
    package let path: String
    package let policy: Policy
    /// What tokens of scope `read` may not do.
    package let changes: Bool
    /// What tokens of scope `deploy` may not touch: users, tokens, passwords.
    package let concernsAccounts: Bool
}
