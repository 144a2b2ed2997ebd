import Synchronization
import Testing

@testable import Deploy

@Suite("Turns")
struct TurnsTests {
    @Test("of one key never overlap and come in order")
    func order() async {
        let turns = Turns<Int>()
        let log = Log()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup { group in
            group.addTask {
                await turns.withTurn(1) {
                    log.add("first begins")
                    for await _ in gate {}
                    log.add("first ends")
                }
            }
            while log.lines.isEmpty { await Task.yield() }
            for number in 2...4 {
                let (waiting, waits) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    await turns.withTurn(1, onWait: { waits.finish() }) { log.add("\(number)") }
                }
                for await _ in waiting {}
                // Told that it waits, it takes its place in the same breath of the actor's queue, or the next.
                for _ in 0..<100 { await Task.yield() }
            }
            open.finish()
        }
        #expect(log.lines == ["first begins", "first ends", "2", "3", "4"])
    }

    @Test("of different keys do not wait for each other")
    func keys() async {
        let turns = Turns<Int>()
        let result = await turns.withTurn(1) { await turns.withTurn(2) { "both" } }
        #expect(result == "both")
    }

    @Test("go on after an error")
    func errors() async throws {
        struct Failure: Error {}
        let turns = Turns<Int>()
        await #expect(throws: Failure.self) { try await turns.withTurn(1) { throw Failure() } }
        #expect(await turns.withTurn(1) { true })
    }
}

private final class Log: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    func add(_ line: String) { state.withLock { $0.append(line) } }
}
