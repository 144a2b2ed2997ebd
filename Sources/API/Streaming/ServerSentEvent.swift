import Core
import FoundationEssentials
import NIOCore

/// One event of an event stream (WHATWG HTML, section 9.2).
package struct ServerSentEvent: Sendable {
    /// `project`, `log`, …
    package var event: String?
    /// What `Last-Event-ID` says when the client comes again.
    package var id: String?
    /// Usually one line of JSON.
    package var data: String

    package init(event: String? = nil, id: String? = nil, data: String) {
        self.event = event
        self.id = id
        self.data = data
    }

    /// An event whose data is a value as JSON.
    package init(event: String? = nil, id: String? = nil, json value: some Encodable) throws {
        let data = try NodePilotJSON.encoder().encode(value)
        self.init(event: event, id: id, data: String(decoding: data, as: UTF8.self))
    }

    static let comment = ByteBuffer(string: ":\n\n")

    var bytes: ByteBuffer {
        var buffer = ByteBuffer()
        if let event { buffer.writeString("event: \(Self.oneLine(event))\n") }
        if let id { buffer.writeString("id: \(Self.oneLine(id))\n") }
        let lines = data.utf8.split(omittingEmptySubsequences: false, whereSeparator: Self.isLineBreak)
        for line in lines {
            buffer.writeString("data: ")
            buffer.writeBytes(line)
            buffer.writeString("\n")
        }
        buffer.writeString("\n")
        return buffer
    }

    // MARK: - Private

    private static func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private static func oneLine(_ text: String) -> String {
        String(decoding: text.utf8.filter { !isLineBreak($0) && $0 != 0 }, as: UTF8.self)
    }
}
