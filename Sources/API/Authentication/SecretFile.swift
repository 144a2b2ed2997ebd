import Core
import FoundationEssentials
import Glibc

/// A small file of mode 0600, written so that it is there whole or not at all. Blocks; for the start of the process and
/// for moments that happen once.
enum SecretFile {
    /// - Returns: nil when there is no such file.
    static func read(_ path: String) throws(NodePilotError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw fault(path, "read")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw fault(path, "read") }
        return Array(bytes.prefix(count))
    }

    static func write(_ bytes: [UInt8], to path: String) throws(NodePilotError) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw fault(folder, "made") }
        let temporary = "\(path).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw fault(path, "written") }
        let written = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard written, rename(temporary, path) == 0 else { throw fault(path, "written") }
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0, fsync(folderDescriptor) == 0 else { throw fault(folder, "written") }
        close(folderDescriptor)
    }

    static func remove(_ path: String) throws(NodePilotError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw fault(path, "removed") }
    }

    // MARK: - Private

    private static func fault(_ path: String, _ what: String) -> NodePilotError {
        let reason = String(cString: strerror(errno))
        return NodePilotError(
            errno == ENOSPC ? .insufficientStorage : .internal, "\(path) cannot be \(what): \(reason).",
            hint: "Check the rights of the data folder and the free space.")
    }
}
