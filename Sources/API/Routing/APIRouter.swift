import Core
package import Hummingbird
import HummingbirdCore

/// Builds what answers requests from the table of routes: no route without its policy's check.
package struct APIRouter: Sendable {
    package typealias Responder = RouterResponder<APIContext>

    package let table: RouteTable
    private let services: APIServices

    package init(_ groups: [any RouteGroup], services: APIServices) {
        self.init(table: RouteTable(groups), services: services)
    }

    init(table: RouteTable, services: APIServices) {
        self.table = table
        self.services = services
    }

    package func responder() -> Responder {
        let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: FrontDoor())
        let access = services.access
        for entry in table.entries {
            let (route, handler) = (entry.description, entry.handler)
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await handler(request, try await access.admit(request, context, to: route))
            }
        }
        return router.buildResponder()
    }
}
