import Core
import Glibc
import Synchronization

/// One spawned process with its output in one pipe.
final class ChildProcess: Sendable {
    private let pid: pid_t
    private let output: Int32
    private let timedOut = Atomic(false)

    init(arguments: [String], job: Job) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw NodePilotError(.internal, "pipe failed: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, job.standardInput ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(0x80))  // POSIX_SPAWN_SETSID
        var argv = arguments.map { strdup($0) } + [nil]
        var environment = job.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + environment).forEach { free($0) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, arguments[0], &actions, &attributes, &argv, &environment)
        guard failure == 0 else {
            close(ends[0])
            throw NodePilotError(.internal, "\(arguments[0]): \(String(cString: strerror(failure)))")
        }
        pid = child
        output = ends[0]
    }

    /// Reads to the end; the last line needs no newline.
    func readLines(into lines: AsyncStream<String>.Continuation) {
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let got = read(output, &buffer, buffer.count)
            if got <= 0 { break }
            rest += buffer.prefix(got)
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                lines.yield(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeSubrange(...end)
            }
        }
        if !rest.isEmpty { lines.yield(String(decoding: rest, as: UTF8.self)) }
        close(output)
        lines.finish()
    }

    func wait() -> ExitStatus {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        if timedOut.load(ordering: .relaxed) { return .timedOut }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .signaled(signal)
    }

    /// Its whole session.
    func kill(timedOut: Bool) {
        if timedOut { self.timedOut.store(true, ordering: .relaxed) }
        Glibc.kill(-pid, SIGKILL)
    }
}
