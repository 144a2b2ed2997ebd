import Core
import HummingbirdCore

/// Whether the server answers.
struct HealthRoutes: RouteGroup {
    private struct Health: Codable {
        let status: String
        let version: String
    }

    let version: String

    func register(in table: inout RouteTable) {
        for path in ["/health", "/api/health"] {
            table.get(path, .anyone) { [version] _, _ in try .json(Health(status: "ok", version: version)) }
        }
    }
}
