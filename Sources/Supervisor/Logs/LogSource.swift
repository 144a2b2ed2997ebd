import CLinux
import Core
import Glibc

/// The FIFO behind one stream of one instance: the instance writes, the log book's thread moves it on.
///
/// The instance holds its end open for reading too, so that it gets no SIGPIPE while the daemon is away; so do we, so
/// that there is no end of file between two of its processes.
final class LogSource: Sendable {
    static let pipeBytes = 1 << 20

    let path: String
    private let pipe: Descriptor
    private let poller: Poller
    private let registration: Poller.Registration
    private let writer: Confined

    /// Makes the FIFO for `owner` where there is none, and begins to move what comes.
    /// - Parameter owner: the app's user, who may open it again (`/dev/stdout`) through a descriptor it has; the folder
    ///   is closed to it.
    init(path: String, owner: UnixUsers.Identity?, writer makeWriter: sending LogWriter, poller: Poller) throws {
        if mkfifo(path, 0o600) != 0, errno != EEXIST { throw SystemError("mkfifo \(path)") }
        if let owner, chown(path, owner.uid, owner.gid) != 0 { throw SystemError("chown \(path)") }
        let pipe = try Descriptor.open(path, O_RDWR | O_NONBLOCK)
        // Without the right to so much (fs.pipe-user-pages-soft) it stays at the default 64 KiB: slower, not wrong.
        _ = nodepilot_set_pipe_size(pipe.raw, Int32(Self.pipeBytes))
        let writer = Confined(makeWriter)
        self.path = path
        self.pipe = pipe
        self.poller = poller
        self.writer = writer
        registration = try poller.add(pipe.raw, .readable) { _ = writer.value.take(from: pipe.raw) }
    }

    /// The end for the instance.
    func writingEnd() throws -> Descriptor { try Descriptor.open(path, O_RDWR) }

    /// Returns when all that was written so far is in the file, the last line too if it has no newline.
    func drain() async {
        let done = Outcome<Void>()
        poller.perform { [pipe, writer] in
            Self.drain(pipe, writer.value)
            done.settle(())
        }
        await done.value()
    }

    /// Drains, and removes the FIFO.
    func close() async {
        let done = Outcome<Void>()
        poller.perform { [pipe, writer, poller, registration, path] in
            Self.drain(pipe, writer.value)
            poller.remove(registration)
            writer.value.close()
            unlink(path)
            done.settle(())
        }
        await done.value()
    }

    // MARK: - Private

    /// A writer on its way to the one thread that uses it.
    private final class Confined: @unchecked Sendable {  // used on the poller's thread alone
        let value: LogWriter

        init(_ value: sending LogWriter) { self.value = value }
    }

    private static func drain(_ pipe: Descriptor, _ writer: LogWriter) {
        // Somebody who escaped may write on for ever: no more than what fits into the pipe twice.
        var rounds = 2 * pipeBytes / 4096
        while rounds > 0, writer.take(from: pipe.raw) == .some { rounds -= 1 }
        writer.finishLine()
    }
}
