package import Core
import HTTPTypes
package import HummingbirdCore

extension Request {
    /// A parameter of the query, percent-decoded.
    package func query(_ name: String) -> String? {
        uri.queryParameters[Substring(name)].map(String.init)
    }

    /// A whole number of the query.
    /// - Throws: `.invalidInput` when it is none, or out of the range.
    package func number<Number: FixedWidthInteger>(
        _ name: String, in range: ClosedRange<Number>
    ) throws(NodePilotError) -> Number? {
        guard let text = query(name) else { return nil }
        guard let number = Number(text), range.contains(number) else {
            throw .invalid(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Whether the client prefers a stream of events to a document.
    package var wantsEventStream: Bool {
        (headers[.accept] ?? "").split(separator: ",").contains {
            $0.drop { $0 == " " }.lowercased().hasPrefix("text/event-stream")
        }
    }
}
