import NIOCore

/// Writes of the upper layers that wait for encryption, in order.
struct PlaintextQueue {
    private struct Write {
        var data: ByteBuffer
        let promise: EventLoopPromise<Void>?
    }

    /// What TLS takes at a time.
    enum Limit {
        /// Four records of it make 64 KB of ciphertext with their overhead (29 bytes at most), a whole ByteBuffer.
        static let record = 16_352
        /// Copying up to this much into a common record is cheaper than a record of its own.
        static let coalesced = 4096
    }

    private var writes = CircularBuffer<Write>(initialCapacity: 0)
    private var flushedCount = 0
    /// Waiting in all, flushed or not.
    private(set) var bytes = 0

    var isEmpty: Bool { writes.isEmpty }
    var hasFlushed: Bool { flushedCount > 0 }

    mutating func append(_ data: ByteBuffer, promise: EventLoopPromise<Void>?) {
        bytes += data.readableBytes
        writes.append(Write(data: data, promise: promise))
    }

    /// All that was appended so far may be sent.
    mutating func flush() {
        flushedCount = writes.count
    }

    /// Hands one record's worth of flushed plaintext to `encrypt`; small writes share a record. `encrypt` is not called
    /// when only empty writes are left.
    /// - Returns: `encrypt`'s error.
    mutating func encryptNext(
        promises: inout CombinedPromise, _ encrypt: (UnsafeRawBufferPointer) -> TLSError?
    ) -> TLSError? {
        let shared = sharedRecordLength()
        guard shared.writes <= 1 else {
            let error = withGathered(shared, encrypt)
            consume(shared.bytes, promises: &promises)
            return error
        }
        guard let first = writes.first else { return nil }
        let count = min(first.data.readableBytes, Limit.record)
        var error: TLSError?
        if count > 0 {
            error = first.data.withUnsafeReadableBytes { encrypt(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        consume(count, promises: &promises)
        return error
    }

    /// Forgets all that waits and fails its promises.
    mutating func fail(_ error: any Error) {
        let failed = writes
        self = PlaintextQueue()
        for write in failed { write.promise?.fail(error) }
    }

    // MARK: - Private

    /// How many of the first flushed writes go into one record by copying.
    private func sharedRecordLength() -> (writes: Int, bytes: Int) {
        var shared = (writes: 0, bytes: 0)
        for write in writes.prefix(flushedCount) {
            let length = write.data.readableBytes
            guard length <= Limit.coalesced, shared.bytes + length <= Limit.record else { break }
            shared.writes += 1
            shared.bytes += length
        }
        return shared
    }

    private func withGathered(
        _ shared: (writes: Int, bytes: Int), _ encrypt: (UnsafeRawBufferPointer) -> TLSError?
    ) -> TLSError? {
        guard shared.bytes > 0 else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: shared.bytes, alignment: 1) { scratch in
            var offset = 0
            for write in writes.prefix(shared.writes) {
                write.data.withUnsafeReadableBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: scratch[offset...]).copyMemory(from: bytes)
                    offset += bytes.count
                }
            }
            return encrypt(UnsafeRawBufferPointer(scratch))
        }
    }

    /// Drops this much from the front, and the writes that are thereby done.
    private mutating func consume(_ count: Int, promises: inout CombinedPromise) {
        var rest = count
        bytes -= count
        while flushedCount > 0, let length = writes.first?.data.readableBytes {
            guard length <= rest else {
                writes[writes.startIndex].data.moveReaderIndex(forwardBy: rest)
                return
            }
            rest -= length
            flushedCount -= 1
            promises.add(writes.removeFirst().promise)
        }
    }
}
