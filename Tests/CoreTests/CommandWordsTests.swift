import Core
import Testing

@Suite("Command lines")
struct CommandWordsTests {
    @Test(
        "A plain command becomes its words",
        arguments: [
            ("node server.js", ["node", "server.js"]),
            ("  npm\trun   start  ", ["npm", "run", "start"]),
            (#"node "my file.js" 'a  b'"#, ["node", "my file.js", "a  b"]),
            (#"a\ b \"c\" 'd\e' "f\g\"h""#, ["a b", "\"c\"", #"d\e"#, #"f\g"h"#]),
            (#"node '' """#, ["node", "", ""]),
            (#"no"de" a'b'c"#, ["node", "abc"]),
            ("node '$HOME|&;*'", ["node", "$HOME|&;*"]),
            (#"node "a|b;c""#, ["node", "a|b;c"]),
            (#"node \$HOME "\$HOME""#, ["node", "$HOME", "$HOME"]),
            ("node --port=80 A=1", ["node", "--port=80", "A=1"]),
            ("./bin/ünïcode", ["./bin/ünïcode"]),
            ("executor cdrom", ["executor", "cdrom"]),
        ])
    func words(_ line: String, _ expected: [String]) throws {
        #expect(try CommandWords.arguments(line) == expected)
    }

    @Test(
        "What needs a shell goes to one whole",
        arguments: [
            "PORT=80 node a", "node $FILE", #"node "$FILE""#, "node `which a`", "a && b", "a | b", "a; b", "a > b",
            "a *.js", "a ?", "a [ab]", "(a)", "{ a; }", "~/bin/a", "a # b", "! a", "a\nb", "a \\\n b", "cd app",
            "exec node server.js", "if a; then b; fi",
        ])
    func shell(_ line: String) throws {
        #expect(try CommandWords.arguments(line) == ["/bin/sh", "-c", line])
    }

    @Test(
        "Empty commands, open quotes, a last backslash and NUL are refused",
        arguments: ["", "  \t", "''", "a 'b", "a \"b", "a\\", "a\u{0}b"])
    func invalid(_ line: String) throws {
        try rejection(of: "start_command") { _ = try CommandWords.arguments(line) }
    }

    @Test("The error names the field that the caller filled in")
    func field() throws {
        try rejection(of: "services.web") { _ = try CommandWords.arguments("", field: "services.web") }
    }
}
