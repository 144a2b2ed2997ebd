import CArchive
import Core
import Glibc

/// Writes a ZIP (deflate) by libarchive, a file at a time and in blocks.
final class ZIPOutput {
    private let archive: OpaquePointer
    private let descriptor: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * 1024, alignment: 16)

    /// - Parameter descriptor: a new file; stays the caller's.
    init(_ descriptor: Int32) throws(NodePilotError) {
        guard let archive = archive_write_new() else { throw NodePilotError(.internal, "Out of memory.") }
        self.archive = archive
        self.descriptor = descriptor
        // Without this the end is padded to a tape's block of 10 KiB.
        guard archive_write_set_format_zip(archive) == ARCHIVE_OK,
            archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK,
            archive_write_zip_set_compression_deflate(archive) == ARCHIVE_OK,
            archive_write_open_fd(archive, descriptor) == ARCHIVE_OK
        else { throw failure("begin the archive") }
    }

    deinit {
        archive_write_free(archive)
        buffer.deallocate()
    }

    func addLink(_ path: String, target: String, _ status: stat) throws(NodePilotError) {
        try header(path, status, size: 0) { archive_entry_set_symlink($0, target) }
    }

    /// - Parameter file: opened for reading.
    /// - Parameter onBytes: how many more went in.
    /// - Returns: the bytes that were read.
    func addFile(
        _ path: String, from file: Int32, _ status: stat, onBytes: (Int) -> Void
    ) throws(NodePilotError) -> UInt64 {
        try header(path, status, size: Int64(status.st_size)) { _ in }
        var total: Int64 = 0
        while true {
            let got = read(file, buffer.baseAddress, buffer.count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else {
                throw NodePilotError(.unprocessable, "\(path) could not be read: \(String(cString: strerror(errno))).")
            }
            if got == 0 { break }
            total += Int64(got)
            guard total <= Int64(status.st_size) else { break }
            guard archive_write_data(archive, buffer.baseAddress, got) == got else { throw failure("write \(path)") }
            onBytes(got)
        }
        guard total == Int64(status.st_size) else {
            throw NodePilotError(
                .unprocessable, "\(path) changed while it was packed.", hint: "Leave it out with \(PackRules.fileName), or try again.")
        }
        guard archive_write_finish_entry(archive) == ARCHIVE_OK else { throw failure("write \(path)") }
        return UInt64(clamping: total)
    }

    func finish() throws(NodePilotError) {
        guard archive_write_close(archive) == ARCHIVE_OK else { throw failure("finish the archive") }
    }

    // MARK: - Private

    private func header(
        _ path: String, _ status: stat, size: Int64, _ change: (OpaquePointer) -> Void
    ) throws(NodePilotError) {
        guard let entry = archive_entry_new() else { throw NodePilotError(.internal, "Out of memory.") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, path)
        archive_entry_set_mode(entry, status.st_mode & (S_IFMT | 0o755))
        archive_entry_set_mtime(entry, status.st_mtim.tv_sec, 0)
        archive_entry_set_size(entry, size)
        change(entry)
        // A warning is about names that are not ASCII: no locale is set, and their bytes go in as they are.
        guard archive_write_header(archive, entry) >= ARCHIVE_WARN else { throw failure("write \(path)") }
    }

    private func failure(_ doing: String) -> NodePilotError {
        let number = archive_errno(archive)
        let text = archive_error_string(archive).map { String(cString: $0) } ?? "unknown"
        let isFull = number == ENOSPC || number == EDQUOT
        return NodePilotError(
            isFull ? .insufficientStorage : .internal, "Could not \(doing): \(text).",
            hint: isFull ? "Free some space in the folder for temporary files." : nil)
    }
}
