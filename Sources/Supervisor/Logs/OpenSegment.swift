import Core
import Glibc

/// A segment that is being written to. Only ever touched on the log book's thread.
final class OpenSegment {
    let number: Int
    let key: LogKey
    let data: Descriptor
    let index: Descriptor
    var scanner: LogScanner
    /// Records in the index.
    var count: Int

    init(number: Int, key: LogKey, data: Descriptor, index: Descriptor, scanner: LogScanner, count: Int) {
        self.number = number
        self.key = key
        self.data = data
        self.index = index
        self.scanner = scanner
        self.count = count
    }

    var totalBytes: Int { scanner.end + count * LogRecord.bytes }

    /// Writes records behind those that are there: always at an explicit place, so that half a record is written over.
    func append(_ records: [LogRecord]) throws {
        try records.withUnsafeBytes { bytes in
            try write(bytes, to: index, at: count * LogRecord.bytes)
        }
        count += records.count
    }

    func append(data bytes: UnsafeRawBufferPointer) throws {
        try write(bytes, to: data, at: scanner.end)
    }

    // MARK: - Private

    private func write(_ bytes: UnsafeRawBufferPointer, to file: Descriptor, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let count = pwrite(file.raw, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError("pwrite") }
            done += count
        }
    }
}
