import Core
import FoundationEssentials
import Glibc

/// Walks over the lines of one segment, either way, with little in memory.
final class SegmentCursor {
    private static let blockRecords = 512
    private static let windowBytes = 64 * 1024

    let segment: LogSegment
    private let data: Descriptor
    private let index: Descriptor
    private var block: [LogRecord] = []
    private var blockStart = 0
    private var window: [UInt8] = []
    private var windowStart = 0
    private(set) var position: Int

    /// Stands behind the last line. Nil when the files are gone: they were the oldest.
    init?(_ segment: LogSegment, in folder: String) {
        guard let data = try? Descriptor.open("\(folder)/\(segment.dataName)", O_RDONLY),
            let index = try? Descriptor.open("\(folder)/\(segment.indexName)", O_RDONLY)
        else { return nil }  // deleted since the list was made
        self.segment = segment
        self.data = data
        self.index = index
        position = segment.count
    }

    /// The line that it stands on, nil at either end.
    func current() throws -> LogRecord? {
        guard (0..<segment.count).contains(position) else { return nil }
        if !block.indices.contains(position - blockStart) {
            blockStart = position / Self.blockRecords * Self.blockRecords
            let count = min(Self.blockRecords, segment.count - blockStart)
            block = try LogFile.records(index, from: blockStart, count: count)
        }
        let place = position - blockStart
        return block.indices.contains(place) ? block[place] : nil
    }

    func step(_ distance: Int) { position += distance }

    /// Stands on the first line whose number is above `seq`, or behind the last.
    func seek(after seq: Int64) throws {
        var low = 0
        var high = segment.count
        while low < high {
            position = (low + high) / 2
            guard let record = try current() else { break }
            if record.seq > seq { high = position } else { low = position + 1 }
        }
        position = low
    }

    /// Calls `body` with the bytes of a line.
    func withBytes<Value>(of record: LogRecord, _ body: (ArraySlice<UInt8>) throws -> Value) throws -> Value {
        let start = Int(record.offset)
        if start < windowStart || record.end > windowStart + window.count {
            // Around the line, since the next one asked for may be on either side.
            windowStart = max(0, min(start, record.end - Self.windowBytes / 2))
            let count = max(Self.windowBytes, record.end - windowStart)
            window = try LogFile.read(data, from: windowStart, count: count)
        }
        let low = min(start - windowStart, window.count)
        return try body(window[low..<min(record.end - windowStart, window.count)])
    }

    func line(_ record: LogRecord) throws -> LogLine {
        try withBytes(of: record) { bytes in
            let text = bytes.last == 0x0D ? bytes.dropLast() : bytes
            return LogLine(
                seq: record.seq, at: .init(timeIntervalSince1970: Double(record.time) / 1000),
                stream: segment.key.stream, instance: segment.key.instance, text: String(decoding: text, as: UTF8.self))
        }
    }
}
