import CLinux
import Core
import Glibc
import Logging

/// A place for a Unix socket that is free to be bound.
struct SocketPath: Sendable {
    /// `sun_path` of unix(7), without its NUL.
    static let lengthLimit = 107

    let path: String

    /// Makes the folder, and removes the socket of a process that is gone.
    /// - Parameter folderMode: of the folder, also when it is there already.
    /// - Throws: `.unprocessable` with a sentence for the operator.
    init(_ path: String, folderMode: mode_t) throws(NodePilotError) {
        guard path.utf8.count <= Self.lengthLimit else {
            throw NodePilotError(
                .unprocessable,
                "The socket's path is \(path.utf8.count) bytes long; Linux allows \(Self.lengthLimit): "
                    + path,
                hint: "Choose a data folder with a shorter path.")
        }
        self.path = path
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard mkdir(folder, folderMode) == 0 || errno == EEXIST, chmod(folder, folderMode) == 0 else {
            throw Self.fault("The folder \(folder) cannot be made")
        }
        try Self.clear(path)
    }

    /// Only the owner may connect (unix(7): connecting needs the right to write).
    func restrict(_ logger: Logger) {
        if chmod(path, 0o600) != 0 {
            logger.warning("The rights of \(path) could not be set", metadata: ["errno": "\(errno)"])
        }
    }

    // MARK: - Private

    private static func clear(_ path: String) throws(NodePilotError) {
        var status = nodepilot_file_status()
        guard nodepilot_status_of_path(path, 0, &status) == 0 else { return }
        guard nodepilot_is_socket(&status) != 0 else {
            throw NodePilotError(.unprocessable, "\(path) is in the way: it is no socket.", hint: "Move it away.")
        }
        guard !answers(path) else {
            throw NodePilotError(
                .unprocessable, "Another server is listening on \(path).", hint: "Stop it, or use another data folder.")
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw fault("The old socket \(path) cannot be removed") }
    }

    private static func answers(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(lengthLimit)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func fault(_ what: String) -> NodePilotError {
        NodePilotError(
            .unprocessable, "\(what): \(String(cString: strerror(errno))).",
            hint: "Check the rights of the data folder.")
    }
}
