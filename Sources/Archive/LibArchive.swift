import CArchive
import Glibc

/// A libarchive reader: the entries one after another and their bytes in blocks.
final class LibArchive {
    private let archive: OpaquePointer
    private var entry: OpaquePointer?

    /// - Parameter formats: names the formats, one by one.
    init(formats: (OpaquePointer) -> Int32) throws(UnpackRefusal) {
        guard let archive = archive_read_new() else { throw .system(ENOMEM, "read the archive") }
        self.archive = archive
        guard formats(archive) == ARCHIVE_OK else { throw UnpackRefusal(.internal, message) }
    }

    deinit { archive_read_free(archive) }

    /// Reads from a seekable file; the descriptor stays the caller's.
    func open(descriptor: Int32) throws(UnpackRefusal) {
        guard archive_read_open_fd(archive, descriptor, 256 * 1024) == ARCHIVE_OK else { throw .damaged(message) }
    }

    /// Reads what `stream` decompresses; it must outlive this reader.
    func open(stream: GzipStream) throws(UnpackRefusal) {
        let client = Unmanaged.passUnretained(stream).toOpaque()
        let opened = archive_read_open(
            archive, client, nil,
            { _, client, block in
                guard let client, let block else { return -1 }
                return Unmanaged<GzipStream>.fromOpaque(client).takeUnretainedValue().next(block)
            }, nil)
        guard opened == ARCHIVE_OK else { throw stream.failure ?? .damaged(message) }
    }

    enum Header {
        case end
        /// With what libarchive objects to, if anything.
        case entry(warning: String?)
    }

    func next() throws(UnpackRefusal) -> Header {
        switch archive_read_next_header(archive, &entry) {
        case ARCHIVE_EOF: return .end
        case ARCHIVE_OK: return .entry(warning: nil)
        case ARCHIVE_WARN: return .entry(warning: message)
        default: throw .damaged(message)
        }
    }

    /// The next stretch of the entry's bytes, valid until the next call; nil at its end.
    func block() throws(UnpackRefusal) -> (bytes: UnsafeRawBufferPointer, offset: Int64)? {
        var start: UnsafeRawPointer?
        var count = 0
        var offset: la_int64_t = 0
        switch archive_read_data_block(archive, &start, &count, &offset) {
        case ARCHIVE_EOF: return nil
        case ARCHIVE_OK: return (UnsafeRawBufferPointer(start: start, count: count), Int64(offset))
        default: throw .damaged(message)
        }
    }

    /// The bytes of the name as they stand in the archive (up to a NUL): no locale is set, so nothing is converted.
    var rawName: [UInt8] { Self.bytes(archive_entry_pathname(entry)) }
    var rawLinkTarget: [UInt8] { Self.bytes(archive_entry_symlink(entry)) }
    var rawHardLinkTarget: [UInt8]? { archive_entry_hardlink(entry).map(Self.bytes) }
    /// Type and permissions as in stat(2).
    var mode: UInt32 { UInt32(archive_entry_mode(entry)) }
    var size: UInt64 { UInt64(clamping: archive_entry_size(entry)) }
    /// Nil when the archive has none, or one that no file of ours can have: before 1980 or in the future.
    var modified: timespec? {
        guard archive_entry_mtime_is_set(entry) != 0 else { return nil }
        let seconds = archive_entry_mtime(entry)
        let earliest = 315_532_800
        guard (earliest...time(nil) + 86_400).contains(seconds) else { return nil }
        return timespec(tv_sec: seconds, tv_nsec: Int(archive_entry_mtime_nsec(entry)))
    }

    // MARK: - Private

    private var message: String {
        guard let text = archive_error_string(archive) else { return "its content cannot be read" }
        return EntryPath.shown(String(cString: text).utf8)
    }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
        guard let text else { return [] }
        return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}
