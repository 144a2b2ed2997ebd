import Glibc

/// Reading and measuring the files of a log.
enum LogFile {
    static func size(_ file: Descriptor) throws -> Int {
        var status = stat()
        guard fstat(file.raw, &status) == 0 else { throw SystemError("fstat") }
        return Int(status.st_size)
    }

    /// Up to `count` bytes; fewer at the end of the file.
    static func read(_ file: Descriptor, from offset: Int, count: Int) throws -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let done = try bytes.withUnsafeMutableBytes { buffer in
            try read(file, from: offset, into: buffer)
        }
        bytes.removeSubrange(done...)
        return bytes
    }

    /// Returns how many bytes were read: all that fit, or fewer at the end of the file.
    static func read(
        _ file: Descriptor, from offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                file.raw, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("pread") }
            if count == 0 { break }
            done += count
        }
        return done
    }

    static func records(_ index: Descriptor, from first: Int, count: Int) throws -> [LogRecord] {
        let bytes = try read(index, from: first * LogRecord.bytes, count: count * LogRecord.bytes)
        return bytes.withUnsafeBytes { raw in
            (0..<(raw.count / LogRecord.bytes)).map { position in
                let base = position * LogRecord.bytes
                return LogRecord(
                    seq: raw.loadUnaligned(fromByteOffset: base, as: Int64.self),
                    time: raw.loadUnaligned(fromByteOffset: base + 8, as: Int64.self),
                    offset: raw.loadUnaligned(fromByteOffset: base + 16, as: UInt32.self),
                    length: raw.loadUnaligned(fromByteOffset: base + 20, as: UInt32.self))
            }
        }
    }

    /// Milliseconds since 1970.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
