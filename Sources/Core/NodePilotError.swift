/// The one error that crosses target boundaries.
///
/// `message` says what happened, `hint` what the person can do about it. Both are shown to people: no secret,
/// no path of the inside and no stack goes into them. Leaf targets throw typed errors of their own and are
/// translated at their edge; whatever else escapes is answered as `.internal` and logged with the request's ID.
package struct NodePilotError: Error, Hashable, Sendable {
    /// Stable, machine-readable; the API's `code` (RFC 9457 extension member) and the source of the HTTP and exit status.
    package enum Code: String, Codable, Sendable, CaseIterable {
        case invalidInput = "invalid_input"
        case unauthenticated
        case forbidden
        case notFound = "not_found"
        case conflict
        case tooLarge = "too_large"
        case unprocessable
        case rateLimited = "rate_limited"
        case insufficientStorage = "insufficient_storage"
        case unavailable
        case `internal`
    }

    /// A rejected field of the input: its name as the caller wrote it, and why.
    package struct Field: Codable, Hashable, Sendable {
        package var name: String
        package var problem: String

        package init(name: String, problem: String) {
            self.name = name
            self.problem = problem
        }
    }

    package var code: Code
    package var message: String
    package var hint: String?
    package var fields: [Field]
    /// Lines of a program's output that tell more, oldest first.
    package var output: [String] = []
    /// After how many seconds the same call may succeed (`Retry-After`, RFC 9110 section 10.2.3).
    package var retryAfter: Int?

    package init(_ code: Code, _ message: String, hint: String? = nil, fields: [Field] = [], retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.fields = fields
        self.retryAfter = retryAfter
    }

    /// An input whose field `name` is wrong, said in one sentence.
    package static func invalid(_ name: String, _ problem: String, hint: String? = nil) -> NodePilotError {
        NodePilotError(
            .invalidInput, "\(name): \(problem)", hint: hint, fields: [Field(name: name, problem: problem)])
    }

    package static func notFound(_ what: String) -> NodePilotError {
        NodePilotError(.notFound, "\(what) was not found.")
    }
}

extension NodePilotError: CustomStringConvertible {
    package var description: String {
        hint.map { "\(message) \($0)" } ?? message
    }
}
