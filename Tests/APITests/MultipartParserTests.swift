import Core
import NIOCore
import Testing

@testable import API

@Suite("Multipart forms")
struct MultipartParserTests {
    /// What a form said: its fields, and its files' names and bytes.
    enum Part: Equatable {
        case field(String, String)
        case file(String, String?, [UInt8])
    }

    static func parse(_ pieces: [[UInt8]], limits: MultipartParser.Limits = .init()) throws(NodePilotError) -> [Part] {
        var parser = try MultipartParser(boundary: "xyz", limits: limits)
        var parts: [Part] = []
        for piece in pieces {
            parser.feed(ByteBuffer(bytes: piece))
            while let event = try parser.next() {
                switch (event, parts.last) {
                case (.field(let name, let value), _): parts.append(.field(name, value))
                case (.file(let name, let fileName), _): parts.append(.file(name, fileName, []))
                case (.data(let data), .file(let name, let fileName, let bytes)?):
                    parts[parts.count - 1] = .file(name, fileName, bytes + Array(data.readableBytesView))
                case (.data, _): Issue.record("data outside a file")
                case (.fileEnd, _): break
                }
            }
        }
        try parser.finish()
        return parts
    }

    static func form(_ text: String) -> [UInt8] {
        Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
    }

    static let disposition = #"Content-Disposition: form-data; name="#

    static let corpus: [String] = [
        "--xyz\n\(disposition)\"name\"\n\nshop\n--xyz--\n",
        "--xyz\n\(disposition)name\n\n\n--xyz--",
        "preamble\n\n--xyz\n\(disposition)\"a\"\n\n1\n--xyz\n\(disposition)\"b\"\n\n2\n--xyz--\nepilogue\n--xyz\n",
        "--xyz\n\(disposition)\"file\"; filename=\"a.zip\"\nContent-Type: application/zip\n\nPK\n--xy\n--xyz--\n",
        "--xyz\n\(disposition)\"file\"; filename=\"\"\n\n\n--xyz--\n",
        "--xyz\ncontent-disposition: form-data; filename=\"q\\\"q\"; name=\"file\"\n\n\n\n--\n-\n\n--xy\nz\n--xyz--\n",
        "--xyz\n\(disposition)\"file\"\n\n\r\r\r\n\n\r--xyz\r--xyz-\n\r\n--xyz--",
        "--xyz\n\(disposition)\"größe\"\n\n→ ü\n--xyz\n\(disposition)\"file\"\n\n-----xyz--xyz--\n--xyz--",
    ]

    static let broken: [String] = [
        "",
        "no boundary at all",
        "--xyz\n\(disposition)\"a\"\n\n1",
        "--xyz\n\(disposition)\"a\"\n\n1\n--xyz",
        "--xyz\n\(disposition)\"a\"\n\n1\n--xyz\n",
        "--xyz\n\(disposition)\"a\"\n\n1\n--xyzz\n",
        "--xyz \n\(disposition)\"a\"\n\n1\n--xyz--",
        "--xyz\nContent-Type: text/plain\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"\"\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"a\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"a\"\n\n1\n--xyz\n\(disposition)\"a\"\n\n2\n--xyz--",
        "--xyz\n\(disposition)\"a\"; name=\"b\"\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"a\"\n\(disposition)\"b\"\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"other\"; filename=\"x\"\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"a\"\n folded: yes\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"a\"\nContent-Transfer-Encoding: base64\n\nMQ==\n--xyz--",
        "--xyz\n\(disposition)\"a\rb\"\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"a\u{0}b\"\n\n1\n--xyz--",
        "--xyz\n\(disposition)\"file\"; filename=\"a\u{1b}b\"\n\n1\n--xyz--",
        "--xyz\nContent-Disposition: attachment; name=\"a\"\n\n1\n--xyz--",
        "--xyz\n: nameless\n\n1\n--xyz--",
    ]

    @Test("reads fields and files as browsers and curl send them")
    func wellFormed() throws {
        let parts = try Self.parse([
            Self.form(
                """
                --xyz
                \(Self.disposition)"name"

                shop
                --xyz
                \(Self.disposition)"file"; filename="shop.zip"
                Content-Type: application/zip

                PK
                --xy not the end

                --xyz--

                """)
        ])
        #expect(parts == [.field("name", "shop"), .file("file", "shop.zip", Array("PK\r\n--xy not the end\r\n".utf8))])
    }

    @Test("reads the same however the bytes are cut", arguments: corpus)
    func splits(_ text: String) throws {
        let bytes = Self.form(text)
        let whole = try Self.parse([bytes])
        #expect(!whole.isEmpty)
        #expect(try Self.parse(bytes.map { [$0] }) == whole)
        for cut in 0...bytes.count {
            #expect(try Self.parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
        }
    }

    @Test("refuses what is broken, however the bytes are cut", arguments: broken)
    func refusals(_ text: String) {
        let bytes = Self.form(text)
        #expect(throws: NodePilotError.self) { try Self.parse([bytes]) }
        #expect(throws: NodePilotError.self) { try Self.parse(bytes.map { [$0] }) }
    }

    @Test("reads generated forms the same in random pieces, and never traps on mutated ones")
    func generated() throws {
        var random = SplitMix(state: 20_261_121)
        for _ in 0..<300 {
            var text = "--xyz\r\n\(Self.disposition)\"file\"; filename=\"f\"\r\n\r\n"
            let content = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                ["\r", "\n", "-", "--xyz", "\r\n--xy", "x", "\0"].randomElement(using: &random) ?? ""
            }.joined()
            guard !content.contains("\r\n--xyz"), !content.hasPrefix("--xyz") else { continue }
            text += content + "\r\n--xyz\r\n\(Self.disposition)\"name\"\r\n\r\nshop\r\n--xyz--"
            let bytes = Array(text.utf8)
            let expected: [Part] = [.file("file", "f", Array(content.utf8)), .field("name", "shop")]
            #expect(try Self.parse(random.pieces(of: bytes)) == expected)

            var mutated = bytes
            for _ in 0..<3 {
                mutated[Int.random(in: 0..<mutated.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let one = Result { try Self.parse([mutated]) }
            let other = Result { try Self.parse(random.pieces(of: mutated)) }
            #expect((try? one.get()) == (try? other.get()))
        }
    }

    @Test("bounds headers, names, values and the number of parts")
    func bounds() {
        var limits = MultipartParser.Limits()
        limits.field = 10
        limits.fields = ["long": 20]
        func value(_ name: String, _ count: Int) -> [UInt8] {
            Self.form("--xyz\n\(Self.disposition)\"\(name)\"\n\n\(String(repeating: "v", count: count))\n--xyz--")
        }
        #expect(throws: Never.self) { try Self.parse([value("a", 10)], limits: limits) }
        #expect(throws: Never.self) { try Self.parse([value("long", 20)], limits: limits) }
        let tooLong = #expect(throws: NodePilotError.self) { try Self.parse([value("a", 11)], limits: limits) }
        #expect(tooLong?.code == .tooLarge)
        #expect(tooLong?.fields.map(\.name) == ["a"])
        #expect(throws: NodePilotError.self) { try Self.parse([value(String(repeating: "n", count: 129), 1)]) }
        let header = "--xyz\nX: \(String(repeating: "h", count: 9000))"
        #expect(throws: NodePilotError.self) { try Self.parse([Self.form(header)]) }
        let many = (0..<65).map { "--xyz\n\(Self.disposition)\"f\($0)\"\n\n1\n" }.joined() + "--xyz--"
        #expect(throws: NodePilotError.self) { try Self.parse([Self.form(many)]) }
        let preamble = String(repeating: "p", count: 9000) + "\n" + Self.corpus[0]
        #expect(throws: NodePilotError.self) { try Self.parse([Self.form(preamble)]) }
    }

    @Test(
        "refuses boundaries that RFC 2046 does not allow",
        arguments: ["", " ", "a ", "a\r\nb", "ä", String(repeating: "b", count: 71)])
    func boundaries(_ boundary: String) {
        #expect(throws: NodePilotError.self) { try MultipartParser(boundary: boundary) }
    }
}

/// A generator whose numbers are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...min(rest.count, 40), using: &self)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}
