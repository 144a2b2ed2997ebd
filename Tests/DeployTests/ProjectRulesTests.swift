import Core
import Testing

@testable import Deploy

@Suite("A project's fields")
struct ProjectRulesTests {
    private func problem(_ body: () throws -> Void) -> String? {
        #expect(throws: NodePilotError.self) { try body() }?.fields.first?.name
    }

    @Test("that are wrong are named")
    func named() {
        #expect(problem { _ = try ProjectRules.port(80) } == "port")
        #expect(problem { _ = try ProjectRules.port(70_000) } == "port")
        #expect(problem { _ = try ProjectRules.displayName("") } == "display_name")
        #expect(problem { _ = try ProjectRules.displayName("two\nlines") } == "display_name")
        #expect(problem { _ = try ProjectRules.startCommand("node 'open") } == "start_command")
        #expect(problem { _ = try ProjectRules.startCommand(String(repeating: "x", count: 5000)) } == "start_command")
    }

    @Test("that are left out have their defaults")
    func defaults() throws {
        let request = try ProjectRequest(
            name: "shop", displayName: nil, startCommand: nil, port: nil, environment: [])
        #expect((request.displayName, request.startCommand, request.port) == ("shop", "", nil))
    }

    @Test("of the environment are checked one by one")
    func environment() {
        let reserved = problem {
            _ = try ProjectRequest(
                name: "shop", displayName: nil, startCommand: nil, port: nil,
                environment: [EnvironmentVariable(name: "PORT", value: "1")])
        }
        #expect(reserved == "env_vars.PORT")
    }
}
