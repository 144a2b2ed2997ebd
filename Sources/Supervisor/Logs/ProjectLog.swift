import Core
import Glibc
import Synchronization

/// The log of one project: its segments, its sequence and who follows it. Written to by the log book's thread alone,
/// read by anybody.
final class ProjectLog: Sendable {
    private struct State {
        var isLoaded = false
        /// By number.
        var segments: [LogSegment] = []
        var nextSeq: Int64 = 1
        var nextNumber = 1
        var followers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextFollower = 0
        var isRemoved = false
    }

    let folder: String
    let limits: LogLimits
    private let state = Mutex(State())

    init(folder: String, limits: LogLimits) {
        self.folder = folder
        self.limits = limits
    }

    // MARK: - Reading

    /// What there is to read now. Blocks.
    func segments() throws -> [LogSegment] {
        try state.withLock { state in
            try load(&state)
            return state.segments
        }
    }

    /// The sequence number of the line before the next one.
    func lastSeq() throws -> Int64 {
        try state.withLock { state in
            try load(&state)
            return state.nextSeq - 1
        }
    }

    /// A stream with an element whenever there is something new; one waits at most.
    func follow() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> Int? in
            guard !state.isRemoved else { return nil }
            state.nextFollower += 1
            state.followers[state.nextFollower] = continuation
            return state.nextFollower
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.followers.removeValue(forKey: id) }
        }
        return stream
    }

    // MARK: - Writing, on the log book's thread

    /// A segment to write to: the newest of this key where it has room and nobody writes to it, or a new one.
    func open(_ key: LogKey) throws -> OpenSegment {
        defer { trim() }
        return try state.withLock { state in
            try load(&state)
            if let last = state.segments.lastIndex(where: { $0.key == key }), !state.segments[last].isOpen,
                state.segments[last].totalBytes < limits.segmentBytes
            {
                let segment = state.segments[last]
                let opened = try openFiles(segment)
                state.segments[last].isOpen = true
                return opened
            }
            return try create(key, &state, renamedFrom: nil)
        }
    }

    /// The next segment after a full one. A line that has begun moves along: it is in the new file before it leaves the
    /// old one, and `LogRecovery` knows what a crash between the two looks like.
    func rotate(_ full: OpenSegment) throws -> OpenSegment {
        let line = try LogFile.read(full.data, from: full.scanner.lineStart, count: full.scanner.openLineBytes)
        let next = try state.withLock { try create(full.key, &$0, renamedFrom: line) }
        ftruncate(full.data.raw, off_t(full.scanner.lineStart))
        full.scanner = LogScanner(lineStart: full.scanner.lineStart, end: full.scanner.lineStart)
        close(full)
        trim()
        return next
    }

    func close(_ segment: OpenSegment) {
        state.withLock { state in
            guard let index = state.segments.firstIndex(where: { $0.number == segment.number }) else { return }
            state.segments[index].isOpen = false
            state.segments[index].dataBytes = segment.scanner.end
        }
    }

    /// The first of `count` new sequence numbers.
    func reserve(_ count: Int) -> Int64 {
        state.withLock { state in
            defer { state.nextSeq += Int64(count) }
            return state.nextSeq
        }
    }

    /// Makes written records visible and wakes the followers.
    func publish(_ records: [LogRecord], in segment: OpenSegment) {
        guard let first = records.first, let last = records.last else { return }
        let followers = state.withLock { state -> [AsyncStream<Void>.Continuation] in
            if let index = state.segments.lastIndex(where: { $0.number == segment.number }) {
                if state.segments[index].count == 0 { state.segments[index].firstSeq = first.seq }
                state.segments[index].lastSeq = last.seq
                state.segments[index].count = segment.count
                state.segments[index].dataBytes = segment.scanner.end
            }
            return Array(state.followers.values)
        }
        for follower in followers { follower.yield() }
    }

    /// Ends all followers and deletes the files.
    func remove() {
        let followers = state.withLock { state in
            defer { state.followers.removeAll() }
            state.isRemoved = true
            state.segments.removeAll()
            return Array(state.followers.values)
        }
        for follower in followers { follower.finish() }
        for name in ProcFile.names(in: folder) { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    // MARK: - Private

    private func load(_ state: inout State) throws {
        guard !state.isLoaded, !state.isRemoved else { return }
        let recovered = try LogRecovery(folder: folder).run()
        state.segments = recovered.segments
        state.nextSeq = recovered.lastSeq + 1
        state.nextNumber = (recovered.segments.last?.number ?? 0) + 1
        state.isLoaded = true
    }

    private func create(_ key: LogKey, _ state: inout State, renamedFrom line: [UInt8]?) throws -> OpenSegment {
        guard !state.isRemoved else { throw SystemError("log", ENOENT) }
        // Only the last folder: a project that is gone does not come back through its log.
        mkdir(folder, 0o700)
        var segment = LogSegment(number: state.nextNumber, key: key)
        segment.isOpen = true
        let path = "\(folder)/\(segment.dataName)"
        if let line, !line.isEmpty {
            let file = try Descriptor.open(path + ".new", O_RDWR | O_CREAT | O_TRUNC, mode: 0o600)
            do {
                try file.writeAll(line)
            } catch {
                unlink(path + ".new")
                throw error
            }
            guard rename(path + ".new", path) == 0 else { throw SystemError("rename") }
        }
        state.nextNumber += 1
        segment.dataBytes = line?.count ?? 0
        let opened = try openFiles(segment)
        state.segments.append(segment)
        return opened
    }

    private func openFiles(_ segment: LogSegment) throws(SystemError) -> OpenSegment {
        let data = try Descriptor.open("\(folder)/\(segment.dataName)", O_RDWR | O_CREAT, mode: 0o600)
        let index = try Descriptor.open("\(folder)/\(segment.indexName)", O_RDWR | O_CREAT, mode: 0o600)
        let scanner = LogScanner(lineStart: segment.count == 0 ? 0 : segment.dataBytes, end: segment.dataBytes)
        return OpenSegment(
            number: segment.number, key: segment.key, data: data, index: index, scanner: scanner, count: segment.count)
    }

    /// Deletes the oldest until the rest fits; what is being written to stays.
    private func trim() {
        state.withLock { state in
            var total = state.segments.reduce(0) { $0 + $1.totalBytes }
            while total > limits.totalBytes, let oldest = state.segments.firstIndex(where: { !$0.isOpen }) {
                let segment = state.segments.remove(at: oldest)
                unlink("\(folder)/\(segment.dataName)")
                unlink("\(folder)/\(segment.indexName)")
                total -= segment.totalBytes
            }
        }
    }
}
