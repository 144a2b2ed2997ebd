import Glibc

/// A regular file that is open for reading, and what the kernel says about it. Closed with the last reference.
final class OpenFile: Sendable {
    let size: UInt64
    let modified: Int
    /// Strong: another content has another inode, size or time in nanoseconds (releases are never written again).
    let etag: String
    private let descriptor: Int32

    enum Failure: Error {
        case notFound
        case isFolder
        case unreadable
    }

    /// Walks from the root name by name and follows no symbolic link, not even on the way to the site's own folder, so
    /// nothing outside the root can be reached: we may read everything, whoever made the tree may not.
    init(_ place: FileRequest.Place, names: [String]) throws(Failure) {
        let names = place.folders + names
        var current = open(place.root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard current >= 0 else { throw .notFound }
        for (index, name) in names.enumerated() {
            // The last may be anything; opening a FIFO or a device must not wait.
            let kind = index == names.count - 1 ? O_NONBLOCK : O_DIRECTORY
            let next = openat(current, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind)
            let failure = errno
            Glibc.close(current)
            guard next >= 0 else { throw failure == EMFILE || failure == ENFILE ? .unreadable : .notFound }
            current = next
        }
        var status = stat()
        let kind = fstat(current, &status) == 0 ? status.st_mode & S_IFMT : 0
        guard kind == S_IFREG else {
            Glibc.close(current)
            throw kind == S_IFDIR ? .isFolder : .notFound
        }
        descriptor = current
        size = UInt64(max(0, status.st_size))
        modified = status.st_mtim.tv_sec
        let stamp = UInt64(bitPattern: Int64(status.st_mtim.tv_sec)) &* 1_000_000_000 &+ UInt64(status.st_mtim.tv_nsec)
        etag =
            "\"\(String(status.st_ino, radix: 36))-\(String(status.st_size, radix: 36))-\(String(stamp, radix: 36))\""
    }

    deinit { Glibc.close(descriptor) }

    /// Reads at most `target.count` bytes; 0 at the file's end, nil on an error.
    func read(into target: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int? {
        let count = pread(descriptor, target.baseAddress, target.count, off_t(offset))
        return count < 0 ? nil : count
    }
}
