/// Why a message is not taken: the status for the client and a sentence for the person behind it.
struct Rejection: Error, Equatable {
    var status: Int
    var reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> Rejection { Rejection(400, reason) }
}
