import Core
import HummingbirdCore
import Store

/// Who changed what.
struct AuditRoutes: RouteGroup {
    let store: Store

    func register(in table: inout RouteTable) {
        table.get("/api/audit", .administrator) { [store] request, _ in
            let before = try request.number("before", in: AuditEntry.ID(1)...AuditEntry.ID.max)
            return try .json(AuditList(entries: try await store.audit(before: before)))
        }
    }
}
