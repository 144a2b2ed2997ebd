import Core
import Glibc

/// The folder of the server's certificates, readable by the server's user only. Its calls block.
struct CertificateFolder {
    let path: String

    /// Makes the folder, or takes others' rights to it away.
    func prepare() throws(NodePilotError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("could not be made") }
        guard chmod(path, 0o700) == 0 else { throw failure("could not be made private") }
    }

    /// - Returns: nil when there is no such file. At most 1 MB is read, more than any chain has.
    func read(_ name: String) throws(NodePilotError) -> [UInt8]? {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("could not be read")
        }
        defer { close(descriptor) }
        var content = [UInt8](repeating: 0, count: 1 << 20)
        var length = 0
        while length < content.count {
            let count = content.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress.map { $0 + length }, $0.count - length)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("could not be read") }
            if count == 0 { break }
            length += count
        }
        return Array(content.prefix(length))
    }

    /// Replaces a file as a whole: after a power cut there is the old content or the new.
    func write(_ content: [UInt8], to name: String) throws(NodePilotError) {
        let temporary = "\(path)/\(name).new"
        // What an interrupted write left behind.
        guard unlink(temporary) == 0 || errno == ENOENT else { throw failure("could not be written") }
        do throws(NodePilotError) {
            try writeAndSync(content, to: temporary)
            guard rename(temporary, "\(path)/\(name)") == 0 else { throw failure("could not be written") }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncFolder()
    }

    // MARK: - Private

    private func writeAndSync(_ content: [UInt8], to file: String) throws(NodePilotError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("could not be written") }
        defer { close(descriptor) }
        var offset = 0
        while offset < content.count {
            let count = content.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + offset }, $0.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("could not be written") }
            offset += count
        }
        guard fsync(descriptor) == 0 else { throw failure("could not be written") }
    }

    private func syncFolder() throws(NodePilotError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("could not be written") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("could not be written") }
    }

    private func failure(_ what: String) -> NodePilotError {
        let number = errno
        let reason = String(cString: strerror(number))
        guard number == ENOSPC || number == EDQUOT else {
            return NodePilotError(
                .internal, "The folder \"certificates\" \(what): \(reason).",
                hint: "Check that the server's user owns the data folder.")
        }
        return NodePilotError(
            .insufficientStorage, "The folder \"certificates\" \(what): \(reason).",
            hint: "Free some space on the disk of the data folder and start again.")
    }
}
