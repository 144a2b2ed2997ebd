import Core

/// Reads lines over all segments of a project in the order of their numbers.
struct LogReader {
    struct Filter: Sendable {
        var stream: LogLine.Stream?
        var instance: String?
        /// Only lines that hold this text; ASCII letters match in either case.
        var search: String?
    }

    let folder: String
    let segments: [LogSegment]

    /// The last `count` lines before `before` and after `after` that pass the filter, oldest first.
    func last(_ count: Int, before: Int64?, after: Int64 = 0, _ filter: Filter) throws -> [LogLine] {
        var cursors = try open(filter) { $0.firstSeq < before ?? .max && $0.lastSeq > after }
        for cursor in cursors {
            if let before { try cursor.seek(after: before - 1) }
            cursor.step(-1)
        }
        let needle = filter.search.map { TextSearch($0) }
        var lines: [LogLine] = []
        while lines.count < count, let (cursor, record) = try next(among: &cursors, isNewer: >) {
            cursor.step(-1)
            if record.seq <= after { break }
            if let needle, try !cursor.withBytes(of: record, needle.isFound) { continue }
            lines.append(try cursor.line(record))
        }
        return lines.reversed()
    }

    /// The first `count` lines after `after`.
    func first(_ count: Int, after: Int64) throws -> [LogLine] {
        var cursors = try open(Filter()) { $0.lastSeq > after }
        for cursor in cursors { try cursor.seek(after: after) }
        var lines: [LogLine] = []
        while lines.count < count, let (cursor, record) = try next(among: &cursors, isNewer: <) {
            cursor.step(1)
            lines.append(try cursor.line(record))
        }
        return lines
    }

    // MARK: - Private

    private func open(_ filter: Filter, where isWanted: (LogSegment) -> Bool) throws -> [SegmentCursor] {
        segments.filter { segment in
            segment.count > 0 && isWanted(segment) && (filter.stream ?? segment.key.stream) == segment.key.stream
                && (filter.instance ?? segment.key.instance) == segment.key.instance
        }.compactMap { SegmentCursor($0, in: folder) }
    }

    /// The cursor whose line comes next, by `isNewer` on the numbers; cursors at their end are left behind.
    private func next(
        among cursors: inout [SegmentCursor], isNewer: (Int64, Int64) -> Bool
    ) throws -> (SegmentCursor, LogRecord)? {
        var best: (SegmentCursor, LogRecord)?
        var hasEnded = false
        for cursor in cursors {
            guard let record = try cursor.current() else {
                hasEnded = true
                continue
            }
            if let seq = best?.1.seq, !isNewer(record.seq, seq) { continue }
            best = (cursor, record)
        }
        if hasEnded { cursors = try cursors.filter { try $0.current() != nil } }
        return best
    }
}
