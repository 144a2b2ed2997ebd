import Core
import Glibc

/// Brings a log's folder back in order after whatever happened to its last writer: an index that ends in the middle of
/// a record, that knows of data which never reached the disk, or that does not know of data which did.
struct LogRecovery {
    struct Result {
        /// By number.
        var segments: [LogSegment]
        var lastSeq: Int64
    }

    let folder: String

    func run() throws -> Result {
        var found: [(segment: LogSegment, files: OpenSegment)] = []
        var lastSeq: Int64 = 0
        let names = ProcFile.names(in: folder)
        for name in names where name.hasSuffix(".new") { unlink("\(folder)/\(name)") }
        removeOrphans(among: names)
        for var segment in names.compactMap({ LogSegment(dataName: $0) }).sorted(by: { $0.number < $1.number }) {
            let files = try open(&segment)
            lastSeq = max(lastSeq, segment.lastSeq)
            found.append((segment, files))
        }
        for position in found.indices {
            let files = found[position].files
            guard files.scanner.end < found[position].segment.dataBytes else { continue }
            if try moved(found[position], among: found[(position + 1)...].map(\.self)) {
                ftruncate(files.data.raw, off_t(files.scanner.end))
                found[position].segment.dataBytes = files.scanner.end
            } else {
                try index(&found[position].segment, files, &lastSeq)
            }
        }
        return Result(segments: found.map(\.segment), lastSeq: lastSeq)
    }

    // MARK: - Private

    /// An index without its data tells nothing.
    private func removeOrphans(among names: [String]) {
        let known = Set(names.compactMap { LogSegment(dataName: $0)?.indexName })
        for name in names where name.hasSuffix(".index") && !known.contains(name) { unlink("\(folder)/\(name)") }
    }

    /// Reads how far the index can be believed. The scanner then stands behind its last line.
    private func open(_ segment: inout LogSegment) throws -> OpenSegment {
        let data = try Descriptor.open("\(folder)/\(segment.dataName)", O_RDWR)
        let index = try Descriptor.open("\(folder)/\(segment.indexName)", O_RDWR | O_CREAT, mode: 0o600)
        segment.dataBytes = try LogFile.size(data)
        var count = try LogFile.size(index) / LogRecord.bytes
        var last: LogRecord?
        while count > 0, last == nil {
            let record = try LogFile.records(index, from: count - 1, count: 1).first
            if let record, record.seq > 0, record.end <= segment.dataBytes { last = record } else { count -= 1 }
        }
        ftruncate(index.raw, off_t(count * LogRecord.bytes))
        segment.count = count
        segment.lastSeq = last?.seq ?? 0
        segment.firstSeq = try LogFile.records(index, from: 0, count: min(count, 1)).first?.seq ?? 0
        var start = last?.end ?? 0
        if last != nil, try LogFile.read(data, from: start, count: 1) == [0x0A] { start += 1 }
        return OpenSegment(
            number: segment.number, key: segment.key, data: data, index: index,
            scanner: LogScanner(lineStart: start, end: start), count: count)
    }

    /// Whether what the index does not know of is a line that was on its way to the next segment.
    private func moved(
        _ item: (segment: LogSegment, files: OpenSegment), among newer: [(segment: LogSegment, files: OpenSegment)]
    ) throws -> Bool {
        let count = item.segment.dataBytes - item.files.scanner.end
        guard count <= LogLimits.longestLine else { return false }
        let line = try LogFile.read(item.files.data, from: item.files.scanner.end, count: count)
        guard let next = newer.first(where: { $0.segment.key == item.segment.key }) else { return false }
        return try LogFile.read(next.files.data, from: 0, count: count) == line
    }

    /// Finds the lines that the index does not know of. Their time is that of the file's last change.
    private func index(_ segment: inout LogSegment, _ files: OpenSegment, _ lastSeq: inout Int64) throws {
        var status = stat()
        guard fstat(files.data.raw, &status) == 0 else { throw SystemError("fstat") }
        let time = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        var places: [(offset: Int, length: Int)] = []
        while files.scanner.end < segment.dataBytes {
            let bytes = try LogFile.read(files.data, from: files.scanner.end, count: 64 * 1024)
            if bytes.isEmpty { break }
            bytes.withUnsafeBytes { files.scanner.take($0) { places.append(($0, $1)) } }
        }
        files.scanner.finish { places.append(($0, $1)) }
        let records = places.map { place in
            lastSeq += 1
            return LogRecord(
                seq: lastSeq, time: time, offset: UInt32(clamping: place.offset), length: UInt32(clamping: place.length)
            )
        }
        try files.append(records)
        if segment.count == 0 { segment.firstSeq = records.first?.seq ?? 0 }
        segment.lastSeq = records.last?.seq ?? segment.lastSeq
        segment.count = files.count
    }
}
