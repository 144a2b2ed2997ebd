import Core
import Glibc
import Testing

@testable import Supervisor

@Suite("Log files after a crash")
struct LogRecoveryTests {
    private static let key = LogKey(instance: "web.1", stream: .stdout)

    /// A folder with one segment that holds the lines 1 to 5, and after it `extra` that no index knows of.
    private func withSegment(extra: String = "", _ body: (String, LogSegment) throws -> Void) throws {
        let folder = "/tmp/nodepilot-log-\(UInt32.random(in: .min ... .max))"
        try #require(mkdir(folder, 0o700) == 0)
        defer {
            for name in ProcFile.names(in: folder) { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        let segment = LogSegment(number: 1, key: Self.key)
        try write("one\ntwo\nthree\nfour\nfive\n" + extra, to: "\(folder)/\(segment.dataName)")
        unlink("\(folder)/\(segment.indexName)")
        let data = try Descriptor.open("\(folder)/\(segment.dataName)", O_RDWR)
        let index = try Descriptor.open("\(folder)/\(segment.indexName)", O_RDWR | O_CREAT, mode: 0o600)
        let files = OpenSegment(
            number: 1, key: Self.key, data: data, index: index, scanner: LogScanner(lineStart: 0, end: 0), count: 0)
        try files.append(
            [(0, 3), (4, 3), (8, 5), (14, 4), (19, 4)].enumerated().map { number, place in
                LogRecord(seq: Int64(number + 1), time: 5, offset: UInt32(place.0), length: UInt32(place.1))
            })
        try body(folder, segment)
    }

    private func write(_ text: String, to path: String) throws {
        try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600).writeAll(Array(text.utf8))
    }

    /// Recovers, and expects these lines under the numbers from 1.
    private func check(_ folder: String, _ expected: [String], _ location: SourceLocation = #_sourceLocation) throws {
        let recovered = try LogRecovery(folder: folder).run()
        let lines = try LogReader(folder: folder, segments: recovered.segments).first(1000, after: 0)
        #expect(lines.map(\.text) == expected, sourceLocation: location)
        #expect(lines.map(\.seq) == expected.indices.map { Int64($0 + 1) }, sourceLocation: location)
        #expect(recovered.lastSeq == Int64(expected.count), sourceLocation: location)
    }

    @Test("Data that the index does not know of is found by its newlines, a last line without one too")
    func beyondIndex() throws {
        try withSegment(extra: "six\n\nseven") { folder, _ in
            try check(folder, ["one", "two", "three", "four", "five", "six", "", "seven"])
            // And once more, from what the first time left.
            try check(folder, ["one", "two", "three", "four", "five", "six", "", "seven"])
        }
    }

    @Test("An index that ends anywhere within a record is cut back, and the lines are found again")
    func cutIndex() throws {
        for bytes in 0..<(5 * LogRecord.bytes) {
            try withSegment { folder, segment in
                truncate("\(folder)/\(segment.indexName)", off_t(bytes))
                try check(folder, ["one", "two", "three", "four", "five"])
            }
        }
    }

    @Test("Records of data that never reached the disk are dropped")
    func lostData() throws {
        for bytes in 0...24 {
            try withSegment { folder, segment in
                truncate("\(folder)/\(segment.dataName)", off_t(bytes))
                let expected = "one\ntwo\nthree\nfour\nfive\n".prefix(bytes).split(separator: "\n").map(String.init)
                try check(folder, expected)
            }
        }
    }

    @Test("A line that was on its way to the next file is not doubled")
    func rotationCut() throws {
        try withSegment(extra: "half a li") { folder, _ in
            let next = LogSegment(number: 2, key: Self.key)
            try write("half a line\n", to: "\(folder)/\(next.dataName)")
            try write("junk", to: "\(folder)/00000003.web.1.stdout.log.new")
            try check(folder, ["one", "two", "three", "four", "five", "half a line"])
            #expect(!ProcFile.names(in: folder).contains { $0.hasSuffix(".new") })
        }
    }

    @Test("Lines longer than 64 KiB come in pieces, not in the middle of a character, however the bytes arrive")
    func scanner() {
        let text = Array((String(repeating: "é", count: 50_000) + "\nshort\n\nend").utf8)
        for chunk in [1, 7, 1000, 65_536, text.count] {
            var scanner = LogScanner(lineStart: 0, end: 0)
            var pieces: [String] = []
            let note = { (offset: Int, length: Int) in
                pieces.append(String(decoding: text[offset..<(offset + length)], as: UTF8.self))
            }
            for start in stride(from: 0, to: text.count, by: chunk) {
                text[start..<min(start + chunk, text.count)].withUnsafeBytes { scanner.take($0, note) }
            }
            scanner.finish(note)
            #expect(pieces.count == 5)
            #expect(pieces.prefix(2).joined() == String(repeating: "é", count: 50_000))
            #expect(pieces.allSatisfy { $0.utf8.count <= LogLimits.longestLine })
            #expect(pieces.suffix(3) == ["short", "", "end"])
        }
    }

    @Test("File names tell number, instance and stream; others are left alone")
    func names() {
        let segment = LogSegment(number: 12, key: LogKey(instance: "web.1", stream: .stderr))
        #expect(segment.dataName == "00000012.web.1.stderr.log")
        #expect(LogSegment(dataName: segment.dataName)?.key == segment.key)
        for name in [
            "", "x.web.1.stdout.log", "1.stdout.log", "00000001.web.1.stdin.log", "00000001.web.1.stdout.index",
        ] {
            #expect(LogSegment(dataName: name) == nil)
        }
    }
}
