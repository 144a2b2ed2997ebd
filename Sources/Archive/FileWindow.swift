import Glibc

/// Random access to a file's bytes through one small buffer.
final class FileWindow {
    let size: UInt64
    private let descriptor: Int32
    private let chunk: Int
    private var buffer: [UInt8] = []
    private var start: UInt64 = 0

    /// - Parameter descriptor: a regular file; stays the caller's.
    init(_ descriptor: Int32, chunk: Int) throws(UnpackRefusal) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw UnpackRefusal(.internal, "The upload is not a regular file.")
        }
        self.descriptor = descriptor
        self.chunk = chunk
        size = UInt64(clamping: status.st_size)
    }

    /// Exactly `count` bytes from `offset`.
    func fields(at offset: UInt64, count: Int) throws(UnpackRefusal) -> Fields {
        guard count >= 0, offset <= size, UInt64(count) <= size - offset else {
            throw .damaged("it points beyond its end, as if it were cut short")
        }
        if offset < start || offset - start > UInt64(buffer.count) || buffer.count - Int(offset - start) < count {
            try fill(at: offset, count: count)
        }
        let from = Int(offset - start)
        return Fields(bytes: buffer[from..<from + count])
    }

    // MARK: - Private

    private func fill(at offset: UInt64, count: Int) throws(UnpackRefusal) {
        let wanted = Int(min(UInt64(max(count, chunk)), size - offset))
        var failure: Int32 = 0
        buffer = [UInt8](unsafeUninitializedCapacity: wanted) { target, filled in
            while filled < wanted, let base = target.baseAddress {
                let got = pread(descriptor, base + filled, wanted - filled, Int(offset) + filled)
                if got < 0 && errno == EINTR { continue }
                if got <= 0 {
                    failure = got < 0 ? errno : EIO
                    return
                }
                filled += got
            }
        }
        start = offset
        guard failure == 0, buffer.count == wanted else { throw .system(failure, "read the upload") }
    }
}

/// Little-endian numbers out of a checked stretch of bytes; what lies beyond it is 0.
struct Fields {
    let bytes: ArraySlice<UInt8>

    func u16(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: number(offset, 2)) }
    func u32(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: number(offset, 4)) }
    func u64(_ offset: Int) -> UInt64 { number(offset, 8) }

    func slice(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
        bytes.dropFirst(offset).prefix(count)
    }

    private func number(_ offset: Int, _ width: Int) -> UInt64 {
        slice(offset, width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
