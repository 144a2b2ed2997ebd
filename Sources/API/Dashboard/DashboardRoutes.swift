import Core
import HummingbirdCore
import Hummingbird

/// The dashboard: one page under each of its addresses, and the files that it loads.
package struct DashboardRoutes: RouteGroup {
    /// The addresses that the dashboard's own router knows; any other path is 404.
    static let pages = [
        "/", "/projects", "/projects/**", "/system", "/account", "/users", "/tokens", "/audit", "/setup", "/sign-in",
    ]

    private let assets: DashboardAssets

    package init(_ assets: DashboardAssets) { self.assets = assets }

    package func register(in table: inout RouteTable) {
        for path in Self.pages {
            table.get(path, .anyone) { [assets] request, _ in try assets.page(for: request) }
        }
        table.get("/assets/:version/**", .anyone) { [assets] request, context in
            let path = context.parameters.getCatchAll().joined(separator: "/")
            return try assets.file(path, version: try context.parameter("version"), for: request)
        }
    }
}
