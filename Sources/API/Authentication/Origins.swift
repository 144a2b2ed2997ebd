import Core
import HTTPTypes
import HummingbirdCore

/// The dashboard's own addresses. Apps are same-site with it, so cookies alone prove nothing; the `Origin` that the
/// browser states (RFC 6454) must be exactly one of these.
package struct Origins: Sendable {
    private let allowed: Set<String>

    /// - Parameter allowed: `https://shop.example.com`, with the port where it is not 443.
    package init(_ allowed: Set<String>) {
        self.allowed = allowed
    }

    /// - Throws: `.forbidden` when there is none, or another.
    func require(of request: Request) throws(NodePilotError) {
        let stated = request.headers[values: .origin]
        guard stated.count == 1, allowed.contains(stated[0]) else { throw Self.foreign }
    }

    /// For what browsers cannot be tricked into and programs send without an origin.
    func checkIfPresent(of request: Request) throws(NodePilotError) {
        let stated = request.headers[values: .origin]
        guard stated.allSatisfy(allowed.contains) else { throw Self.foreign }
    }

    // MARK: - Private

    private static var foreign: NodePilotError {
        NodePilotError(
            .forbidden, "The request does not come from the dashboard's own address.",
            hint: "Open the dashboard at the address that the server printed.")
    }
}
