import Core
import Crypto
import FoundationEssentials
import HTTPTypes

/// The opening handshake (RFC 6455 section 4.2), as far as it is a matter of headers.
enum WebSocketHandshake {
    /// Whether a request asks to become a WebSocket, well-formed or not.
    static func isAsked(by request: HTTPRequest) -> Bool {
        tokens(request.headerFields[.upgrade]).contains("websocket")
    }

    /// - Returns: the headers of the answer 101.
    /// - Throws: `.invalidInput` for what RFC 6455 section 4.2.1 does not allow.
    static func answer(to request: HTTPRequest) throws(NodePilotError) -> HTTPFields {
        guard request.method == .get, tokens(request.headerFields[.connection]).contains("upgrade") else {
            throw refusal("it is not a GET with Connection: Upgrade")
        }
        guard request.headerFields[.secWebSocketVersion] == "13" else { throw refusal("its version is not 13") }
        guard let key = request.headerFields[.secWebSocketKey], Data(base64Encoded: key)?.count == 16 else {
            throw refusal("its Sec-WebSocket-Key is not 16 bytes in base64")
        }
        let proof = Insecure.SHA1.hash(data: Data("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        return [
            .upgrade: "websocket", .connection: "Upgrade",
            .secWebSocketAccept: Data(proof).base64EncodedString(),
        ]
    }

    static var notAsked: NodePilotError { refusal("the request did not ask for one") }

    // MARK: - Private

    private static func tokens(_ list: String?) -> [String] {
        (list ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace }.lowercased() }
    }

    private static func refusal(_ problem: String) -> NodePilotError {
        NodePilotError(.invalidInput, "The WebSocket was not opened: \(problem).")
    }
}
