import CLinux
import Glibc
import Synchronization

/// The processes of projects' users that we started. Whatever else runs as such a user has left its parent and its
/// session, as daemons do: nobody looks after it, and it could change a release after its build, take part in the next
/// one, or be there when the user's number belongs to another project.
final class Residents: Sendable {
    /// When what is left behind by a user's process is ended.
    enum Custom: Sendable {
        /// At the end of each: a build leaves nothing.
        case endsWithEach
        /// At the end of the last: instances stand beside each other, and may have helpers that left their session.
        case endsWithLast
    }

    private let leaders = Mutex<[UInt32: Set<Int32>]>([:])

    func enter(_ pid: Int32, of user: UInt32) {
        leaders.withLock { _ = $0[user, default: []].insert(pid) }
    }

    /// After the end of a process with all its session. Blocks.
    func leave(_ pid: Int32, of user: UInt32, _ custom: Custom) {
        let isLast = leaders.withLock { leaders in
            leaders[user]?.remove(pid)
            guard leaders[user]?.isEmpty == true else { return false }
            leaders[user] = nil
            return true
        }
        if isLast || custom == .endsWithEach { endStrays(of: user) }
    }

    /// SIGKILL to every process of the user that does not belong to one of ours. Blocks.
    func endStrays(of user: UInt32) {
        guard user != 0, user != geteuid(), user != UnixUsers.nobody else { return }
        // Again and again, since a fork may be faster than one look; bounded, since a process may hang in the kernel.
        for _ in 0..<200 {
            let strays = strays(of: user)
            if strays.isEmpty { return }
            for stray in strays { end(stray, of: user) }
            usleep(2_000)
        }
    }

    // MARK: - Private

    /// Looks at the processes first and at ours then: one of ours is known before it becomes the user.
    private func strays(of user: UInt32) -> [ProcessTable.Row] {
        let table = ProcessTable.now()
        let running = table.rows.filter { !$0.isZombie && ProcessTable.users(of: $0.pid).contains(user) }
        if running.isEmpty { return [] }
        let ours = Set((leaders.withLock { $0[user] } ?? []).flatMap { table.tree(of: $0).map(\.pid) })
        return running.filter { !ours.contains($0.pid) }
    }

    /// Through a pidfd: by the time of the signal the number may be somebody else's.
    private func end(_ stray: ProcessTable.Row, of user: UInt32) {
        guard let pidfd = Descriptor(nodepilot_pidfd_open(stray.pid)) else { return }
        guard ProcessTable.row(of: stray.pid)?.startTime == stray.startTime,
            ProcessTable.users(of: stray.pid).contains(user)
        else { return }
        _ = nodepilot_pidfd_signal(pidfd.raw, SIGKILL)
    }
}

/// A process's place among the residents.
struct Residence: Sendable {
    var residents: Residents
    var user: UInt32
    var custom: Residents.Custom
}
