import CLinux
import Core
import Glibc
import NIOCore
import NIOPosix

/// A file that is open for reading, as long as it was when it was opened; closed with the last reference.
final class OpenFile: Sendable {
    let size: Int64
    private let descriptor: Int32

    /// - Throws: `.invalidInput` that says why it cannot be read.
    init(_ path: String) throws(NodePilotError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw NodePilotError(.invalidInput, "\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        var status = nodepilot_file_status()
        guard nodepilot_status_of_file(descriptor, &status) == 0, nodepilot_is_regular(&status) != 0 else {
            close(descriptor)
            throw NodePilotError(.invalidInput, "\(path) is not a file.")
        }
        size = status.size
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Reads on a thread of the blocking pool.
    /// - Returns: at most `count` bytes, never none.
    func read(at offset: Int64, count: Int) async throws -> ByteBuffer {
        let wanted = Int(min(Int64(count), size - offset))
        return try await NIOThreadPool.singleton.runIfActive { [descriptor] in
            var buffer = ByteBufferAllocator().buffer(capacity: wanted)
            let received = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { room in
                max(0, pread(descriptor, room.baseAddress, wanted, off_t(offset)))
            }
            guard received > 0 else {
                throw NodePilotError(.invalidInput, "The file became shorter while it was sent.", hint: "Try again.")
            }
            return buffer
        }
    }
}
