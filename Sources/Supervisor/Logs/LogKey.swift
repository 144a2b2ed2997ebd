import Core

/// Whose bytes a file holds: one stream of one instance.
struct LogKey: Hashable, Sendable {
    var instance: String
    var stream: LogLine.Stream
}

/// One line in a data file, as its index holds it: 24 bytes, little-endian like every machine we run on.
struct LogRecord: Equatable, Sendable {
    static let bytes = 24

    /// Rises by line over all files of a project.
    var seq: Int64
    /// Milliseconds since 1970.
    var time: Int64
    var offset: UInt32
    /// Without the newline.
    var length: UInt32

    var end: Int { Int(offset) + Int(length) }
}

/// A data file and its index.
struct LogSegment: Sendable {
    /// Rises within the project; the older, the smaller.
    var number: Int
    var key: LogKey
    /// Lines in it.
    var count = 0
    var firstSeq: Int64 = 0
    var lastSeq: Int64 = 0
    /// Bytes of the data file.
    var dataBytes = 0
    /// Somebody writes to it.
    var isOpen = false

    var totalBytes: Int { dataBytes + count * LogRecord.bytes }

    var dataName: String { stem + ".log" }
    var indexName: String { stem + ".index" }

    init(number: Int, key: LogKey) {
        self.number = number
        self.key = key
    }

    /// Nil for a name that is not a data file's.
    init?(dataName: String) {
        let parts = dataName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.last == "log", let first = parts.first, let number = Int(first),
            let stream = LogLine.Stream(rawValue: String(parts[parts.count - 2]))
        else { return nil }
        let instance = parts[1..<(parts.count - 2)].joined(separator: ".")
        self.init(number: number, key: LogKey(instance: instance, stream: stream))
    }

    // MARK: - Private

    private var stem: String {
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, 8 - digits.count))
        return "\(zeros)\(digits).\(key.instance).\(key.stream.rawValue)"
    }
}

/// How much is kept.
package struct LogLimits: Sendable {
    /// Of data and index together, after which the next file begins.
    package var segmentBytes: Int
    /// Of all files of a project.
    package var totalBytes: Int

    /// 10 MB × 10 for a project.
    package init(segmentBytes: Int = 10 << 20, totalBytes: Int = 100 << 20) {
        self.segmentBytes = segmentBytes
        self.totalBytes = totalBytes
    }

    static let longestLine = 64 * 1024
}
