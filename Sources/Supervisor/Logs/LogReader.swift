import Core

/// Reads lines over all segments of a project in the order of their numbers.
struct LogReader {
    struct Filter: Sendable {
        var stream: LogLine.Stream?
        var instance: String?
        /// Only lines that hold this text; ASCII letters match in either case.
        var search: String?
    }

    /// Text that is held at once: lines may have 64 KiB each.
    static let maximumBytes = 4 << 20

    let folder: String
    let segments: [LogSegment]

    /// The last `count` lines, or as many of them as 4 MiB hold, before `before` and after `after` that pass the filter, oldest first.
    func last(_ count: Int, before: Int64?, after: Int64 = 0, _ filter: Filter) throws -> [LogLine] {
        var merge = Merge(folder: folder, segments: wanted(filter), isNewestFirst: true) { cursor in
            if let before { try cursor.seek(after: before - 1) }
            cursor.step(-1)
        }
        let needle = filter.search.map { TextSearch($0) }
        var lines: [LogLine] = []
        var room = Self.maximumBytes
        while lines.count < count, room > 0, let (cursor, record) = try merge.next() {
            cursor.step(-1)
            if record.seq <= after { break }
            if let needle, try !cursor.withBytes(of: record, needle.isFound) { continue }
            lines.append(try cursor.line(record))
            room -= Int(record.length)
        }
        return lines.reversed()
    }

    /// The first `count` lines after `after`, or as many of them as 4 MiB hold.
    func first(_ count: Int, after: Int64) throws -> [LogLine] {
        let segments = segments.filter { $0.count > 0 && $0.lastSeq > after }
        var merge = Merge(folder: folder, segments: segments, isNewestFirst: false) { try $0.seek(after: after) }
        var lines: [LogLine] = []
        var room = Self.maximumBytes
        while lines.count < count, room > 0, let (cursor, record) = try merge.next() {
            cursor.step(1)
            lines.append(try cursor.line(record))
            room -= Int(record.length)
        }
        return lines
    }

    // MARK: - Private

    private func wanted(_ filter: Filter) -> [LogSegment] {
        segments.filter { segment in
            segment.count > 0 && (filter.stream ?? segment.key.stream) == segment.key.stream
                && (filter.instance ?? segment.key.instance) == segment.key.instance
        }
    }

    /// Puts the lines of many segments in the order of their numbers, and opens a segment only when its turn comes.
    private struct Merge {
        let folder: String
        let isNewestFirst: Bool
        /// Puts a fresh cursor on its first line.
        let start: (SegmentCursor) throws -> Void
        /// The next one last.
        private var waiting: [LogSegment]
        private var cursors: [SegmentCursor] = []

        init(
            folder: String, segments: [LogSegment], isNewestFirst: Bool,
            start: @escaping (SegmentCursor) throws -> Void
        ) {
            self.folder = folder
            self.isNewestFirst = isNewestFirst
            self.start = start
            waiting = segments.sorted { isNewestFirst ? $0.lastSeq < $1.lastSeq : $0.firstSeq > $1.firstSeq }
        }

        /// The next line and the cursor that stands on it.
        mutating func next() throws -> (SegmentCursor, LogRecord)? {
            var best = try bestOpen()
            while let segment = waiting.last {
                let edge = isNewestFirst ? segment.lastSeq : segment.firstSeq
                if let best, !isBefore(edge, best.1.seq) { break }
                waiting.removeLast()
                // Nil: deleted since the list was made.
                guard let cursor = SegmentCursor(segment, in: folder) else { continue }
                try start(cursor)
                cursors.append(cursor)
                best = try bestOpen()
            }
            return best
        }

        private mutating func bestOpen() throws -> (SegmentCursor, LogRecord)? {
            var best: (SegmentCursor, LogRecord)?
            var hasEnded = false
            for cursor in cursors {
                guard let record = try cursor.current() else {
                    hasEnded = true
                    continue
                }
                if let seq = best?.1.seq, !isBefore(record.seq, seq) { continue }
                best = (cursor, record)
            }
            if hasEnded { cursors = try cursors.filter { try $0.current() != nil } }
            return best
        }

        private func isBefore(_ one: Int64, _ other: Int64) -> Bool { isNewestFirst ? one > other : one < other }
    }
}
