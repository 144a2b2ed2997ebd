import Core
import Glibc
import HTTPTypes
import HummingbirdCore

/// From where a request came.
enum ClientAddress {
    /// - Returns: the IP address that the edge states, or `unknown`; `local` on the local socket.
    static func of(_ request: Request, _ door: Door) -> String {
        guard door == .edge else { return "local" }
        // The edge removes what came from outside and states one; the last is its own in any case.
        let last = request.headers[values: .xForwardedFor].last?.split(separator: ",").last
        let text = String((last ?? "").filter { $0 != " " })
        return isAddress(text) ? text : "unknown"
    }

    private static func isAddress(_ text: String) -> Bool {
        guard text.utf8.count < 64 else { return false }
        var four = in_addr()
        var six = in6_addr()
        return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
    }
}
