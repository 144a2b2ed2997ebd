import CLinux
package import Core
import Dispatch
import Glibc
import Synchronization

/// The Unix users of projects: `np<number>` runs an app, `nb<number>` builds it and owns its releases. The builder's
/// group is the runner's, which is how the runner reads what it may not change. Without root, everything is ourselves.
package struct UnixUsers: Sendable {
    /// Who a process is, as the kernel sees it.
    package struct Identity: Sendable, Hashable {
        package var uid: UInt32
        package var gid: UInt32
    }

    /// In front of every name, so that two servers on one machine keep apart: `n` gives `np1`, `nb1`.
    package let prefix: String
    /// Whether projects have users of their own here.
    package let isEnforced: Bool
    /// The kernel's own idea of nobody (/proc/sys/kernel/overflowuid).
    static let nobody: UInt32 = 65534
    private static let comment = "NodePilot"
    private let database: UnixDatabase
    private let shared = Shared()

    /// - Parameter prefix: 1 to 12 lower-case letters and digits, beginning with a letter.
    /// - Throws: `.invalidInput` for another prefix.
    package init(prefix: String = "n") throws(NodePilotError) {
        let isName = prefix.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
        guard isName, prefix.utf8.first.map({ $0 >= 97 }) == true, prefix.utf8.count <= 12 else {
            throw .invalid("user_prefix", "is not 1 to 12 lower-case letters and digits beginning with a letter")
        }
        self.prefix = prefix
        isEnforced = geteuid() == 0
        database = UnixDatabase()
    }

    /// Everything is ourselves, whoever we are.
    init(unenforced: Void) {
        prefix = "n"
        isEnforced = false
        database = UnixDatabase()
    }

    package func name(of identity: Job.Identity) -> String {
        switch identity {
        case .runner(let project): "\(prefix)p\(project)"
        case .builder(let project): "\(prefix)b\(project)"
        case .nobody: "nobody"
        }
    }

    /// Makes the user if there is none yet.
    package func identity(_ identity: Job.Identity) async throws -> Identity {
        guard isEnforced else { return Identity(uid: geteuid(), gid: getegid()) }
        if identity == .nobody { return Identity(uid: Self.nobody, gid: Self.nobody) }
        if let known = shared.known.withLock({ $0[identity] }) { return known }
        return try await BlockingWork.run(on: shared.queue) { try ensure(identity) }
    }

    /// Removes both users and the group of a project whose processes have ended.
    package func remove(_ project: Project.ID) async throws {
        guard isEnforced else { return }
        try await BlockingWork.run(on: shared.queue) {
            shared.known.withLock { known in
                known[.runner(project)] = nil
                known[.builder(project)] = nil
            }
            for identity in [Job.Identity.builder(project), .runner(project)] {
                let name = name(of: identity)
                guard let user = database.user(name) else { continue }
                // What still ran would belong to the next project that gets this number.
                Residents().endStrays(of: user.uid)
                try run(["userdel", name], accepting: [6])
            }
            let group = name(of: .runner(project))
            if database.group(group) != nil { try run(["groupdel", group], accepting: [6]) }
        }
    }

    /// The users of all projects that were made here.
    func all() -> [UInt32] {
        guard isEnforced else { return [] }
        return database.users(comment: Self.comment).filter { user in
            let rest = user.name.utf8.dropFirst(prefix.utf8.count)
            let isOurs = rest.first == UInt8(ascii: "p") || rest.first == UInt8(ascii: "b")
            return user.name.hasPrefix(prefix) && isOurs && Int64(Substring(rest.dropFirst())) != nil
        }.map(\.uid)
    }

    // MARK: - Private

    private final class Shared: Sendable {
        /// One at a time: the tools lock /etc/passwd against each other.
        let queue = DispatchQueue(label: "nodepilot.users")
        let known = Mutex<[Job.Identity: Identity]>([:])
    }

    /// On the queue.
    private func ensure(_ identity: Job.Identity) throws -> Identity {
        let runner: Job.Identity
        switch identity {
        case .runner(let project), .builder(let project): runner = .runner(project)
        case .nobody: return Identity(uid: Self.nobody, gid: Self.nobody)
        }
        let group = name(of: runner)
        if database.group(group) == nil { try run(["groupadd", "--system", group], accepting: [9]) }
        let name = name(of: identity)
        if database.user(name) == nil {
            try run(
                [
                    "useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell",
                    "/usr/sbin/nologin", "--gid", group, "--comment", Self.comment, name,
                ], accepting: [9])
        }
        guard let user = database.user(name), user.uid != 0, user.gid != 0, user.gid == database.group(group) else {
            throw NodePilotError(
                .internal, "The Unix user \(name) is not as it should be.",
                hint: "Look at its line in /etc/passwd: it needs a number above 0 and the group \(group).")
        }
        let found = Identity(uid: user.uid, gid: user.gid)
        shared.known.withLock { $0[identity] = found }
        return found
    }

    private func run(_ arguments: [String], accepting accepted: Set<Int32>) throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let status = try AccountTool.run(arguments)
            if status == 0 || accepted.contains(status) { return }
            // 1 and 10: the file could not be changed, usually since somebody else holds its lock; 8: a process of the
            // user is just about to end.
            guard [1, 8, 10].contains(status), ContinuousClock.now < deadline else {
                throw NodePilotError(
                    .internal, "\(arguments.joined(separator: " ")) failed with exit code \(status).",
                    hint: "Try it by hand as root: its own message says why.")
            }
            usleep(100_000)
        }
    }
}
