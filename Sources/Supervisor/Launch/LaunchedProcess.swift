import CLinux
import Core
import Glibc

/// A process behind `nodepilot launch`: the leader of a session of its own.
///
/// Its end is seen by a pidfd. Until `finish` it stays a zombie: its number is not given away, so that what is left of
/// its session can be ended without hitting a stranger.
final class LaunchedProcess: Sendable {
    let pid: Int32
    /// Clock ticks since the machine started: with the pid, the name of this process.
    let startTime: UInt64
    /// How the leader ended.
    let ended: Outcome<ExitStatus>
    private let pidfd: Descriptor
    private let poller: Poller
    private let registration: Poller.Registration
    private let residence: Residence?

    /// - Parameter residence: nil for a user of whom nothing is known, or who is ourselves.
    init(pid: Int32, poller: Poller, residence: Residence? = nil) throws(SystemError) {
        guard let pidfd = Descriptor(nodepilot_pidfd_open(pid)) else { throw SystemError("pidfd_open") }
        let ended = Outcome<ExitStatus>()
        self.pid = pid
        self.pidfd = pidfd
        self.poller = poller
        self.ended = ended
        self.residence = residence
        startTime = ProcessTable.row(of: pid)?.startTime ?? 0
        registration = try poller.add(pidfd.raw, .readable, once: true) {
            ended.settle(Self.status(of: pidfd, reap: false))
        }
        if let residence { residence.residents.enter(pid, of: residence.user) }
    }

    deinit { poller.remove(registration) }

    /// To the leader's process group.
    func signal(_ number: Int32) {
        guard ended.current == nil else { return }
        kill(-pid, number)
    }

    /// SIGKILL to the leader, its session and all that descend from it.
    func killTree() async {
        await BlockingWork.run { [self] in killNow() }
    }

    /// SIGKILL to the leader and its group, from any context.
    func killLeader() {
        guard ended.current == nil else { return }
        kill(-pid, SIGKILL)
        _ = nodepilot_pidfd_signal(pidfd.raw, SIGKILL)
    }

    /// After the leader's end: gives the others of its session `grace` to end too, ends them and what left the session,
    /// and reaps the leader.
    func finish(grace: Duration = .zero) async {
        let deadline = ContinuousClock.now + grace
        var pause = Duration.milliseconds(5)
        while ContinuousClock.now < deadline {
            if await BlockingWork.run({ [self] in others().isEmpty }) { break }
            // Cancelled: no more patience.
            do { try await Task.sleep(for: pause) } catch { break }
            pause = min(pause * 2, .milliseconds(100))
        }
        await BlockingWork.run { [self] in
            killNow()
            if let residence { residence.residents.leave(pid, of: residence.user, residence.custom) }
            _ = Self.status(of: pidfd, reap: true)
        }
    }

    // MARK: - Private

    private func others() -> [ProcessTable.Row] {
        ProcessTable.now().tree(of: pid).filter { $0.pid != pid }
    }

    /// Again and again, since a fork may be faster than one look; bounded, since a process may hang in the kernel.
    private func killNow() {
        for _ in 0..<200 {
            let members = ProcessTable.now().tree(of: pid)
            if members.isEmpty { return }
            for member in members { kill(member.pid, SIGKILL) }
            usleep(2_000)
        }
    }

    private static func status(of pidfd: Descriptor, reap: Bool) -> ExitStatus {
        var ended: Int32 = 0
        guard nodepilot_pidfd_wait(pidfd.raw, reap ? 1 : 0, &ended) == 1 else { return .unknown }
        return ended < 0 ? .signaled(-ended) : .exited(ended)
    }
}
