/// What the client sent.
package struct ScriptedRequest: Sendable {
    package var method: String
    /// Path and query as they came.
    package var target: String
    package var headers: [(name: String, value: String)]
    /// The first MiB of the body.
    package var body: [UInt8] = []
    package var bodyBytes = 0

    package var path: String { String(target.prefix { $0 != "?" }) }
    package var bodyText: String { String(decoding: body, as: UTF8.self) }

    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// What the server is to send: a head, then the body in pieces, each in a chunk and a write of its own.
package struct ScriptedAnswer: Sendable {
    package enum Ending: Sendable {
        case complete
        /// The connection is closed in the middle of the body.
        case cut
        /// Nothing more comes, and nothing is closed.
        case open
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var pieces: [[UInt8]]
    package var ending: Ending

    package init(
        _ status: Int, headers: [(name: String, value: String)] = [], pieces: [[UInt8]] = [], ending: Ending = .complete
    ) {
        self.status = status
        self.headers = headers
        self.pieces = pieces
        self.ending = ending
    }

    package static func json(_ text: String, status: Int = 200) -> ScriptedAnswer {
        ScriptedAnswer(status, headers: [("Content-Type", "application/json")], pieces: [Array(text.utf8)])
    }

    /// An event stream whose bytes come `size` at a time.
    package static func events(_ text: String, size: Int = 16_384, ending: Ending = .complete) -> ScriptedAnswer {
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        return ScriptedAnswer(200, headers: [("Content-Type", "text/event-stream")], pieces: pieces, ending: ending)
    }

    package static let nothing = ScriptedAnswer(204)

    package static func problem(_ status: Int, code: String, detail: String, hint: String? = nil) -> ScriptedAnswer {
        let hint = hint.map { ",\"hint\":\"\($0)\"" } ?? ""
        return .json(
            #"{"type":"about:blank","title":"Problem","status":\#(status),"code":"\#(code)","detail":"\#(detail)""#
                + hint + #","request_id":"R1"}"#, status: status)
    }
}
