import Core
import Glibc
import NIOCore
import NIOPosix

/// A file that is being received. Writes happen on the thread pool, in pieces of about 256 KB; until `close`, the file
/// is ours to delete.
final class SpoolFile {
    private static let pieceSize = 256 * 1024

    let path: String
    private(set) var sizeBytes: Int64 = 0
    private var descriptor: Int32?
    private let threads: NIOThreadPool
    private var waiting: [ByteBuffer] = []
    private var waitingBytes = 0

    /// - Throws: `.insufficientStorage`, or `.internal` when the file cannot be made.
    static func create(in folder: String, threads: NIOThreadPool) async throws -> SpoolFile {
        let name = (0..<16).map { _ in String(UInt8.random(in: 0...255), radix: 16) }.joined()
        let path = "\(folder)/\(name).upload"
        let descriptor = try await threads.runIfActive {
            let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw storageError(errno) }
            return descriptor
        }
        return SpoolFile(path: path, descriptor: descriptor, threads: threads)
    }

    private init(path: String, descriptor: Int32, threads: NIOThreadPool) {
        self.path = path
        self.descriptor = descriptor
        self.threads = threads
    }

    /// Returns when there is room for more: the sender waits as long as the disk does.
    func write(_ bytes: ByteBuffer) async throws {
        sizeBytes += Int64(bytes.readableBytes)
        waiting.append(bytes)
        waitingBytes += bytes.readableBytes
        if waitingBytes >= Self.pieceSize { try await flush() }
    }

    /// Writes what waits and closes the file, which then belongs to the caller.
    func finish() async throws {
        try await flush()
        guard let descriptor else { return }
        self.descriptor = nil
        try await threads.runIfActive {
            guard close(descriptor) == 0 else { throw storageError(errno) }
        }
    }

    /// Closes and deletes. For the way out after an error or a cancellation, which must not wait for the pool.
    func abandon() {
        if let descriptor { close(descriptor) }
        descriptor = nil
        unlink(path)
    }

    // MARK: - Private

    private func flush() async throws {
        guard let descriptor, waitingBytes > 0 else { return }
        let pieces = waiting
        waiting.removeAll(keepingCapacity: true)
        waitingBytes = 0
        try await threads.runIfActive {
            for piece in pieces { try Self.writeAll(piece, to: descriptor) }
        }
    }

    private static func writeAll(_ buffer: ByteBuffer, to descriptor: Int32) throws {
        try buffer.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw storageError(errno) }
                rest = rest.dropFirst(count)
            }
        }
    }
}

private func storageError(_ number: Int32) -> NodePilotError {
    switch number {
    case ENOSPC, EDQUOT: .diskFull
    default: NodePilotError(.internal, "The upload could not be stored (\(String(cString: strerror(number)))).")
    }
}

extension NodePilotError {
    static var diskFull: NodePilotError {
        NodePilotError(
            .insufficientStorage, "The disk of the server is full.",
            hint: "Free space on it: remove projects or old releases, then try again.")
    }
}
