import CLinux
import Core
import Glibc

/// Writes one stream of one instance. Only ever touched on the log book's thread.
final class LogWriter {
    enum Taken { case some, none }

    static let chunkBytes = 128 * 1024

    let key: LogKey
    private let log: ProjectLog
    private let scratch: Scratch
    private var segment: OpenSegment?
    /// Bytes that had to be dropped since the last gap line.
    private var lost = 0

    /// What all writers of a thread share.
    final class Scratch {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        var records: [LogRecord] = []
        let null: Descriptor

        init() throws(SystemError) { null = try Descriptor.open("/dev/null", O_WRONLY) }

        deinit { bytes.deallocate() }
    }

    init(key: LogKey, log: ProjectLog, scratch: Scratch) {
        self.key = key
        self.log = log
        self.scratch = scratch
    }

    /// Moves what is in the pipe, up to one chunk of it, into the file.
    func take(from pipe: Int32) -> Taken {
        guard lost == 0 || hasRoom(), let segment = writable() else { return drop(from: pipe) }
        let room = max(4096, min(Self.chunkBytes, log.limits.segmentBytes - segment.totalBytes))
        let start = segment.scanner.end
        let count = nodepilot_splice_to_file(pipe, segment.data.raw, Int64(start), room)
        if count < 0 { return errno == EAGAIN || errno == EINTR ? .none : drop(from: pipe) }
        if count == 0 { return .none }
        // The disk takes bytes again: what was lost is told before what comes now.
        tellGap()
        do {
            let window = UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[0..<count])
            let read = try LogFile.read(segment.data, from: start, into: window)
            try index(UnsafeRawBufferPointer(rebasing: window[0..<read]), in: segment)
        } catch {
            lost += count
            takeBack(segment, to: segment.scanner)
        }
        return .some
    }

    /// Writes one line of our own.
    func append(line text: String) throws {
        guard let segment = writable() else { throw SystemError("log", ENOSPC) }
        let line = Array(text.utf8.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }) + [0x0A]
        do {
            try line.withUnsafeBytes { bytes in
                try segment.append(data: bytes)
                try index(bytes, in: segment)
            }
        } catch {
            takeBack(segment, to: segment.scanner)
            throw error
        }
    }

    /// What came after the last newline becomes a line: nothing will follow it.
    func finishLine() {
        guard let segment else { return }
        let scanner = segment.scanner
        do {
            scratch.records.removeAll(keepingCapacity: true)
            segment.scanner.finish(note)
            try publish(in: segment)
        } catch {
            lost += scanner.openLineBytes
            takeBack(segment, to: LogScanner(lineStart: scanner.lineStart, end: scanner.lineStart))
        }
    }

    func close() {
        finishLine()
        tellGap()
        if let segment { log.close(segment) }
        segment = nil
    }

    // MARK: - Private

    /// Whether it is worth to begin again: a few bytes that became free would only make one gap after the other.
    private func hasRoom() -> Bool {
        var status = statvfs()
        guard statvfs(log.folder, &status) == 0 else { return true }
        return Int(status.f_bfree) * Int(status.f_frsize) >= 8 * Self.chunkBytes
    }

    private func writable() -> OpenSegment? {
        do {
            let current = try segment ?? log.open(key)
            segment = current
            if current.totalBytes >= log.limits.segmentBytes { segment = try log.rotate(current) }
            return segment
        } catch {
            // No room for a file: what comes is dropped and counted.
            return nil
        }
    }

    private func index(_ bytes: UnsafeRawBufferPointer, in segment: OpenSegment) throws {
        let before = segment.scanner
        scratch.records.removeAll(keepingCapacity: scratch.records.count <= 8192)
        segment.scanner.take(bytes, note)
        do {
            try publish(in: segment)
        } catch {
            takeBack(segment, to: before)
            throw error
        }
    }

    private func note(_ offset: Int, _ length: Int) {
        scratch.records.append(
            LogRecord(seq: 0, time: 0, offset: UInt32(clamping: offset), length: UInt32(clamping: length)))
    }

    private func publish(in segment: OpenSegment) throws {
        guard !scratch.records.isEmpty else { return }
        let first = log.reserve(scratch.records.count)
        let time = LogFile.now()
        for position in scratch.records.indices {
            scratch.records[position].seq = first + Int64(position)
            scratch.records[position].time = time
        }
        try segment.append(scratch.records)
        log.publish(scratch.records, in: segment)
    }

    /// Data that no index knows of must not stay: the next start would find lines in it that we counted as lost.
    private func takeBack(_ segment: OpenSegment, to scanner: LogScanner) {
        ftruncate(segment.data.raw, off_t(scanner.end))
        segment.scanner = scanner
    }

    private func drop(from pipe: Int32) -> Taken {
        // The line that had begun ends here: what continues it is lost.
        finishLine()
        let count = nodepilot_splice_away(pipe, scratch.null.raw, Self.chunkBytes)
        guard count > 0 else { return .none }
        lost += count
        return .some
    }

    private func tellGap() {
        guard lost > 0 else { return }
        let gap = LogWriter(key: LogKey(instance: key.instance, stream: .nodepilot), log: log, scratch: scratch)
        defer { gap.close() }
        do {
            try gap.append(line: "\(lost) bytes were lost: the disk was full")
            lost = 0
        } catch {
            // Still no room; it stays counted for the next time.
        }
    }
}
