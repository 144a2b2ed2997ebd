import CLinux
import Glibc
import Synchronization

/// One thread that waits on many descriptors with epoll and calls their handlers there, one at a time.
final class Poller: Sendable {
    enum Interest { case readable, writable }

    /// A registration. Its number is never used again, so an event that comes late finds nobody.
    struct Registration: Sendable {
        fileprivate let token: UInt64
        fileprivate let descriptor: Int32
    }

    private let loop: Loop

    init(name: String) throws(SystemError) {
        loop = try Loop()
        try Thread.start(name) { [loop] in loop.run() }
    }

    deinit { loop.stop() }

    /// Calls `handler` on the thread whenever the descriptor is ready, until it is removed.
    func add(
        _ descriptor: Int32, _ interest: Interest, once: Bool = false, handler: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Registration {
        try loop.add(descriptor, interest, once: once, handler: handler)
    }

    /// To be called while the descriptor is still open.
    func remove(_ registration: Registration) { loop.remove(registration) }

    /// Calls `work` on the thread, after whatever was asked for before.
    func perform(_ work: @escaping @Sendable () -> Void) { loop.perform(work) }

    /// Waits until the descriptor is ready. False when the task is cancelled first or it cannot be watched.
    func wait(for descriptor: Int32, _ interest: Interest, orUntil other: Outcome<Bool> = Outcome()) async -> Bool {
        guard let registration = try? add(descriptor, interest, once: true, handler: { other.settle(true) })
        else { return false }  // a closed descriptor is as good as a cancelled wait
        defer { remove(registration) }
        return await other.value() ?? false
    }

    // MARK: - Private

    private final class Loop: Sendable {
        private struct State {
            var nextToken: UInt64 = 1
            var handlers: [UInt64: @Sendable () -> Void] = [:]
            var work: [@Sendable () -> Void] = []
            var isStopped = false
        }

        private let epoll: Descriptor
        private let event: Descriptor
        private let state = Mutex(State())

        init() throws(SystemError) {
            guard let epoll = Descriptor(nodepilot_epoll_create()) else { throw SystemError("epoll_create") }
            guard let event = Descriptor(nodepilot_event_create()) else { throw SystemError("eventfd") }
            guard nodepilot_epoll_add(epoll.raw, event.raw, 1, 0, 0, 0) == 0 else { throw SystemError("epoll_ctl") }
            self.epoll = epoll
            self.event = event
        }

        func add(
            _ descriptor: Int32, _ interest: Interest, once: Bool, handler: @escaping @Sendable () -> Void
        ) throws(SystemError) -> Registration {
            let token = state.withLock { state in
                let token = state.nextToken
                state.nextToken += 1
                state.handlers[token] = handler
                return token
            }
            let readable: Int32 = interest == .readable ? 1 : 0
            guard nodepilot_epoll_add(epoll.raw, descriptor, readable, 1 - readable, once ? 1 : 0, token) == 0 else {
                let error = SystemError("epoll_ctl")
                _ = state.withLock { $0.handlers.removeValue(forKey: token) }
                throw error
            }
            return Registration(token: token, descriptor: descriptor)
        }

        func remove(_ registration: Registration) {
            guard state.withLock({ $0.handlers.removeValue(forKey: registration.token) }) != nil else { return }
            _ = nodepilot_epoll_remove(epoll.raw, registration.descriptor)
        }

        func perform(_ work: @escaping @Sendable () -> Void) {
            state.withLock { $0.work.append(work) }
            nodepilot_event_raise(event.raw)
        }

        func stop() {
            state.withLock { $0.isStopped = true }
            nodepilot_event_raise(event.raw)
        }

        func run() {
            var ready = [nodepilot_ready](repeating: nodepilot_ready(), count: 32)
            while true {
                let count = nodepilot_epoll_wait(epoll.raw, &ready, Int32(ready.count))
                if count < 0 && errno != EINTR { return }
                for item in ready.prefix(Int(max(0, count))) {
                    if item.token == 0 {
                        nodepilot_event_clear(event.raw)
                    } else {
                        state.withLock { $0.handlers[item.token] }?()
                    }
                }
                let (work, isStopped) = state.withLock { state in
                    defer { state.work.removeAll() }
                    return (state.work, state.isStopped)
                }
                for item in work { item() }
                if isStopped { return }
            }
        }
    }
}
