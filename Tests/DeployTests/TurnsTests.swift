import Core
import Synchronization
import Testing

@testable import Deploy

@Suite("Turns")
struct TurnsTests {
    private struct Broken: Error {}

    private let turns = Turns<Int>()
    private let order = Order()

    private final class Order: Sendable {
        private let words = Mutex<[String]>([])
        func add(_ word: String) { words.withLock { $0.append(word) } }
        var all: [String] { words.withLock { $0 } }
    }

    /// A turn that is held until the returned gate is opened, once it began.
    private func hold(_ key: Int) async -> (open: @Sendable () -> Void, task: Task<Void, any Error>) {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await turns.withTurn(key) {
                beginning.finish()
                for await _ in gate {}
            }
        }
        for await _ in begun {}
        return ({ opening.finish() }, task)
    }

    /// Joins the queue; returns when its place is taken.
    private func join(_ key: Int, _ word: String) async -> Task<Void, any Error> {
        let (queued, queueing) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await turns.withTurn(key, onWait: { queueing.finish() }) { order.add(word) }
        }
        for await _ in queued {}
        return task
    }

    @Test("come in the order in which they were asked for, one at a time")
    func order() async throws {
        let first = await hold(1)
        var tasks: [Task<Void, any Error>] = []
        for number in 1...20 { tasks.append(await join(1, "\(number)")) }
        #expect(order.all.isEmpty)
        first.open()
        for task in tasks { try await task.value }
        #expect(order.all == (1...20).map { "\($0)" })
    }

    @Test("of different keys do not wait for each other, and nobody waits for a free one")
    func keys() async throws {
        let first = await hold(1)
        let waited = Order()
        try await turns.withTurn(2, onWait: { waited.add("2") }) { order.add("2") }
        #expect(order.all == ["2"] && waited.all.isEmpty)
        first.open()
        try await first.task.value
        try await turns.withTurn(1, onWait: { waited.add("1") }) { order.add("1") }
        #expect(order.all == ["2", "1"] && waited.all.isEmpty)
    }

    @Test("are given on when their holder throws")
    func errors() async throws {
        await #expect(throws: Broken.self) { try await turns.withTurn(1) { throw Broken() } }
        let value = try await turns.withTurn(1) { 5 }
        #expect(value == 5)
    }

    @Test("can be left while one waits, and those behind go on")
    func cancellation() async throws {
        let first = await hold(1)
        let second = await join(1, "second")
        let third = await join(1, "third")
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(order.all.isEmpty)
        first.open()
        try await third.value
        #expect(order.all == ["third"])
    }

    @Test("are not begun by a task that was cancelled before, unless it must")
    func cancelledBefore() async throws {
        let first = await hold(1)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await turns.withTurn(1) { order.add("late") }
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        let (queued, queueing) = AsyncStream.makeStream(of: Void.self)
        let sure = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await turns.withTurn(1, evenIfCancelled: true, onWait: { queueing.finish() }) { order.add("sure") }
        }
        for await _ in queued {}
        first.open()
        try await sure.value
        #expect(order.all == ["sure"])
    }

    /// How many hold their turn, and how many ever did at once.
    private final class Holders: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock(\.most) }
        func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test("survive a thousand tasks of which half are cancelled")
    func crowd() async throws {
        let holders = Holders()
        await withTaskGroup { group in
            for number in 0..<1000 {
                group.addTask {
                    let task = Task {
                        try await turns.withTurn(1) {
                            holders.enter()
                            await Task.yield()
                            holders.leave()
                        }
                    }
                    if number % 2 == 0 { task.cancel() }
                    _ = await task.result
                }
            }
        }
        #expect(holders.most == 1)
        try await turns.withTurn(1, onWait: { Issue.record("The turn was never given back.") }) {}
    }
}
