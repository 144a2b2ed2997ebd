import Core
import Synchronization

/// One-use tickets that open WebSockets: browsers cannot send a token with those, and no token goes into a URL.
final class TicketOffice: Sendable {
    static let lifetime = Duration.seconds(30)
    private static let capacity = 1024
    /// So that one user cannot take all of them.
    private static let capacityPerUser = 64

    private struct Ticket {
        let user: User.ID
        let means: Caller.Means
        let expires: Duration
    }

    private let tickets = Mutex<[String: Ticket]>([:])
    private let clocks: Clocks

    init(clocks: Clocks) { self.clocks = clocks }

    func issue(to caller: Caller) throws(NodePilotError) -> WebSocketTicket {
        let now = clocks.uptime()
        let name = Secret.word(43)
        let ticket = Ticket(user: caller.user.id, means: caller.means, expires: now + Self.lifetime)
        let issued = tickets.withLock { tickets in
            tickets = tickets.filter { $0.value.expires > now }
            let own = tickets.values.count { $0.user == caller.user.id }
            guard tickets.count < Self.capacity, own < Self.capacityPerUser else { return false }
            tickets[name] = ticket
            return true
        }
        guard issued else {
            throw NodePilotError(.rateLimited, "Too many tickets are waiting to be used.", retryAfter: 30)
        }
        return WebSocketTicket(ticket: name, expiresIn: Int(Self.lifetime.components.seconds))
    }

    /// Takes a ticket out of the world.
    /// - Returns: for whom it was issued; nil when it is unknown, used or too old.
    func redeem(_ name: String) -> (user: User.ID, means: Caller.Means)? {
        let now = clocks.uptime()
        guard let ticket = tickets.withLock({ $0.removeValue(forKey: name) }), ticket.expires > now else { return nil }
        return (ticket.user, ticket.means)
    }
}
