internal import Core
internal import Dispatch
internal import Synchronization

/// Hashes passwords with bcrypt (`$2b$`) on two threads of its own: a flood of logins can neither fill the machine's
/// cores nor hold up a pool that others wait for.
package final class PasswordHasher: Sendable {
    /// How many hash at once; the 33rd that would have to wait is refused.
    private static let width = 2
    private static let maximumWaiting = 32

    private struct Load {
        var running = 0
        var waiting: [Job] = []
    }

    private let cost: Int
    private let load = Mutex(Load())
    let queue = DispatchQueue(label: "nodepilot.passwords", qos: .utility, attributes: .concurrent)

    /// - Parameter cost: the logarithm of the rounds: 4 to 31. 12 takes about a quarter of a second.
    package init(cost: Int = 12) {
        precondition((4...31).contains(cost))
        self.cost = cost
    }

    /// - Returns: a hash with a new salt: `$2b$12$…`, 60 characters.
    /// - Throws: `.invalidInput` for a password that bcrypt would cut (over 72 bytes, or with a NUL), `.rateLimited`
    ///   when too many wait.
    package func hash(_ password: String) async throws -> String {
        guard Bcrypt.accepts(password) else {
            throw NodePilotError.invalid("password", "is longer than 72 bytes or contains a NUL character")
        }
        let hash = try await run { [cost] in Bcrypt.salt(cost: cost).flatMap { Bcrypt.hash(password, setting: $0) } }
        guard let hash else { throw NodePilotError(.internal, "The password could not be hashed.") }
        return hash
    }

    /// Compares in constant time. False for a password that could not have been hashed, and for a hash that is none;
    /// either costs the same as a wrong password.
    /// - Throws: `.rateLimited` when too many wait.
    package func verify(_ password: String, against hash: String) async throws -> Bool {
        guard Bcrypt.accepts(password), Bcrypt.isHash(hash) else {
            try await verifyAgainstNothing(password)
            return false
        }
        return try await run { Bcrypt.hash(password, setting: hash).map { Bcrypt.equal($0, hash) } ?? false }
    }

    /// Takes as long as `verify`: for names that nobody has.
    /// - Throws: `.rateLimited` when too many wait.
    package func verifyAgainstNothing(_ password: String) async throws {
        let salt = Bcrypt.emptySalt(cost: cost)
        let text = Bcrypt.accepts(password) ? password : ""
        _ = try await run { Bcrypt.hash(text, setting: salt) }
    }

    // MARK: - Private

    /// Does the work, and gives the function that hands its result over.
    private typealias Job = @Sendable () -> @Sendable () -> Void

    private static let busy = NodePilotError(
        .rateLimited, "Too many people are signing in at this moment.", hint: "Try again in a few seconds.",
        retryAfter: 5)

    private func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job: Job = {
                let value = work()
                return { continuation.resume(returning: value) }
            }
            switch admit(job) {
            case .runs: start(job)
            case .waits: break
            case .refused: continuation.resume(throwing: Self.busy)
            }
        }
    }

    private enum Admission { case runs, waits, refused }

    private func admit(_ job: @escaping Job) -> Admission {
        load.withLock { load in
            if load.running < Self.width {
                load.running += 1
                return .runs
            }
            guard load.waiting.count < Self.maximumWaiting else { return .refused }
            load.waiting.append(job)
            return .waits
        }
    }

    /// The place is free for others before the caller goes on.
    private func start(_ job: @escaping Job) {
        queue.async {
            let deliver = job()
            if let next = self.next() { self.start(next) }
            deliver()
        }
    }

    /// The job that takes the place of one that is done; nil gives the place back.
    private func next() -> Job? {
        load.withLock { load in
            guard load.waiting.isEmpty else { return load.waiting.removeFirst() }
            load.running -= 1
            return nil
        }
    }
}
