/// An error as the API sends it: problem details (RFC 9457) with our extension members `code`, `hint` and `fields`.
package struct Problem: Codable, Hashable, Sendable {
    package static let mediaType = "application/problem+json"

    /// Always `about:blank`: `code` is what programs switch on.
    package var type: String
    package var title: String
    package var status: Int
    package var detail: String
    package var code: NodePilotError.Code
    package var hint: String?
    package var fields: [NodePilotError.Field]?
    package var output: [String]?
    /// The request's ID, as in the server's log.
    package var requestID: String?

    package init(_ error: NodePilotError, title: String, status: Int, requestID: String?) {
        type = "about:blank"
        self.title = title
        self.status = status
        detail = error.message
        code = error.code
        hint = error.hint
        fields = error.fields.isEmpty ? nil : error.fields
        output = error.output.isEmpty ? nil : error.output
        self.requestID = requestID
    }

    package var error: NodePilotError {
        var error = NodePilotError(code, detail, hint: hint, fields: fields ?? [])
        error.output = output ?? []
        return error
    }
}
