import APIClient
import Testing

@Suite("An event stream's parser")
struct EventStreamParserTests {
    static let stream = """
        \u{feff}: a comment that keeps the connection alive

        event: step
        data: {"name":"unpack"}

        id: 41
        event: log
        data: first – “ünï” 🚀
        data:second
        retry: 1000
        unknown: field

        data

        event: without-data

        data: last
        id

        data: not ended by a blank line
        """ + "\n"

    static let events = [
        ServerEvent(name: "step", data: "{\"name\":\"unpack\"}", id: nil),
        ServerEvent(name: "log", data: "first – “ünï” 🚀\nsecond", id: "41"),
        ServerEvent(name: "message", data: "", id: "41"),
        ServerEvent(name: "message", data: "last", id: ""),
    ]

    @Test("reads the same events however the bytes are split", arguments: [1, 2, 3, 5, 7, 11, 64, 100_000])
    func splits(size: Int) throws {
        for lineEnd in ["\n", "\r\n", "\r"] {
            let bytes = Array(Self.stream.replacing("\n", with: lineEnd).utf8)
            var parser = EventStreamParser()
            var events: [ServerEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += try parser.receive(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events == Self.events)
        }
    }

    @Test("refuses a line, or the data of an event, that does not end")
    func bounded() throws {
        var endless = EventStreamParser(maximumBytes: 100)
        #expect(throws: EventStreamParser.TooLong.self) {
            _ = try endless.receive(Array(repeating: UInt8(ascii: "x"), count: 101))
        }
        var heaped = EventStreamParser(maximumBytes: 100)
        #expect(throws: EventStreamParser.TooLong.self) {
            for _ in 0..<20 { _ = try heaped.receive(Array("data: 0123456789\n".utf8)) }
        }
    }
}
