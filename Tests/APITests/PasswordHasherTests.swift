import Core
import Dispatch
import Testing

@testable import API

@Suite("The password hasher")
struct PasswordHasherTests {
    private let hasher = PasswordHasher(cost: 4)

    @Test("A password fits its own hash and no other does")
    func verify() async throws {
        let hash = try await hasher.hash("correct horse")
        #expect(hash.hasPrefix("$2b$04$") && hash.utf8.count == 60)
        #expect(try await hasher.verify("correct horse", against: hash))
        for wrong in ["", "correct hors", "correct horse ", "Correct horse", "correct horse\u{0}"] {
            #expect(try await !hasher.verify(wrong, against: hash), "\(wrong)")
        }
    }

    @Test("Every hash has a salt of its own")
    func salts() async throws {
        var hashes: Set<String> = []
        for _ in 0..<20 { hashes.insert(String(try await hasher.hash("same").prefix(29))) }
        #expect(hashes.count == 20)
    }

    @Test("A published bcrypt vector is understood, whatever its cost")
    func vector() async throws {
        let hash = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        #expect(try await hasher.verify("U*U", against: hash))
        #expect(try await !hasher.verify("U*V", against: hash))
    }

    @Test("72 bytes count, and what bcrypt would cut is refused")
    func length() async throws {
        let longest = String(repeating: "x", count: 71) + "y"
        let hash = try await hasher.hash(longest)
        #expect(try await !hasher.verify(String(repeating: "x", count: 72), against: hash))
        #expect(try await !hasher.verify(longest + "z", against: hash))
        for refused in [longest + "z", "a\u{0}b"] {
            let error = await #expect(throws: NodePilotError.self) { try await hasher.hash(refused) }
            #expect(error?.code == .invalidInput)
        }
    }

    @Test(
        "What is no hash fits nothing",
        arguments: ["", "*0", "$2b$", "$1$abc$def", "plain", String(repeating: "$", count: 60)])
    func malformed(_ hash: String) async throws {
        #expect(try await !hasher.verify("plain", against: hash))
        #expect(try await !hasher.verify("", against: hash))
    }

    @Test("A name that nobody has costs a real hash of the same cost")
    func nothing() async throws {
        #expect(Bcrypt.emptySalt(cost: 4).hasPrefix("$2b$04$"))
        #expect(Bcrypt.hash("any", setting: Bcrypt.emptySalt(cost: 4)) != nil)
        #expect(Bcrypt.emptySalt(cost: 12).hasPrefix("$2b$12$"))
        try await hasher.verifyAgainstNothing("any")
        try await hasher.verifyAgainstNothing(String(repeating: "x", count: 1000))
    }

    @Test("Two hash, 32 wait, and the rest of a flood is told to come again")
    func flood() async {
        let hasher = hasher
        hasher.queue.suspend()
        await withTaskGroup(of: NodePilotError?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do { _ = try await hasher.hash("flood") } catch { return error as? NodePilotError }
                    return nil
                }
            }
            var refused = 0
            var done = 0
            for await error in group {
                guard let error else {
                    done += 1
                    continue
                }
                #expect(error.code == .rateLimited && error.retryAfter != nil)
                refused += 1
                if refused == 16 { hasher.queue.resume() }
            }
            #expect(refused == 16)
            #expect(done == 34)
        }
    }

    @Test("After a flood there is room again")
    func recovery() async throws {
        for _ in 0..<40 { _ = try await hasher.hash("again") }
        let hashes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<34 { group.addTask { [hasher] in try await hasher.hash("again") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(hashes.count == 34)
    }
}
