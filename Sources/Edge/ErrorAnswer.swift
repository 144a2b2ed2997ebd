import Core

/// An answer of the edge's own when there is none of an app: what happened, and what to do about it.
struct ErrorAnswer: Equatable {
    var status: Int
    var message: String
    var hint = ""
    var allow: String?

    init(_ status: Int, _ message: String, hint: String = "", allow: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
        self.allow = allow
    }

    init(_ rejection: Rejection) {
        self.init(rejection.status, rejection.reason)
    }

    static func unknownHost(_ host: String) -> ErrorAnswer {
        ErrorAnswer(
            404, "There is no app at “\(host)” on this server.",
            hint: "If it is yours: add this name under Domains of the project, or check the spelling.")
    }

    static func unavailable(_ sentence: String) -> ErrorAnswer {
        ErrorAnswer(503, sentence, hint: "If it is yours: start it in the dashboard, or look at its logs.")
    }

    static let fileNotFound = ErrorAnswer(404, "There is no such page here.", hint: "Check the address.")
    static let badPath = ErrorAnswer(400, "The address has a part that no file may have.")
    static let fileUnreadable = ErrorAnswer(500, "The file could not be read.", hint: "Try again in a moment.")
    static let onlyReading = ErrorAnswer(
        405, "These are files: they can be read, not changed.", allow: "GET, HEAD")
    static let timedOut = ErrorAnswer(408, "The request did not come to its end in time.")

    var code: NodePilotError.Code {
        switch status {
        case 404: .notFound
        case 413, 414, 431: .tooLarge
        case 500: .internal
        case 502...504: .unavailable
        default: .invalidInput
        }
    }
}
