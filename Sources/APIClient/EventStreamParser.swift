/// One event of a server-sent event stream.
package struct ServerEvent: Hashable, Sendable {
    /// `message` where the stream does not say.
    package var name: String
    package var data: String
    /// The last `id:` seen, on this event or before it.
    package var id: String?

    package init(name: String, data: String, id: String?) {
        self.name = name
        self.data = data
        self.id = id
    }
}

/// Reads an event stream (WHATWG HTML, section 9.2.6) from pieces that may end anywhere, within a line or a character.
package struct EventStreamParser: Sendable {
    /// A line, or the data of one event, is longer than any that the server sends.
    package struct TooLong: Error {}

    private let maximumBytes: Int
    private var line: [UInt8] = []
    private var lastWasCarriageReturn = false
    private var isFirstLine = true
    private var name = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var id: String?

    package init(maximumBytes: Int = 4 << 20) {
        self.maximumBytes = maximumBytes
    }

    /// - Returns: the events that `bytes` complete. What follows the last blank line waits for more.
    package mutating func receive(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            let follows = lastWasCarriageReturn
            lastWasCarriageReturn = byte == UInt8(ascii: "\r")
            if byte == UInt8(ascii: "\n"), follows { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if let event = try endLine() { events.append(event) }
                continue
            }
            guard line.count < maximumBytes else { throw TooLong() }
            line.append(byte)
        }
        return events
    }

    // MARK: - Private

    private mutating func endLine() throws(TooLong) -> ServerEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
        }
        if line.isEmpty { return endEvent() }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        if colon == line.startIndex { return nil }
        let field = line[..<(colon ?? line.endIndex)]
        var value = line[(colon.map { $0 + 1 } ?? line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: field, as: UTF8.self) {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "data": try append(value)
        case "id": if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
        default: break
        }
        return nil
    }

    private mutating func append(_ value: ArraySlice<UInt8>) throws(TooLong) {
        guard data.count + value.count < maximumBytes else { throw TooLong() }
        if hasData { data.append(UInt8(ascii: "\n")) }
        data.append(contentsOf: value)
        hasData = true
    }

    private mutating func endEvent() -> ServerEvent? {
        defer {
            name = ""
            data.removeAll(keepingCapacity: true)
            hasData = false
        }
        guard hasData else { return nil }
        return ServerEvent(
            name: name.isEmpty ? "message" : name, data: String(decoding: data, as: UTF8.self), id: id)
    }
}
