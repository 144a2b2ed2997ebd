import Builder
import Core
import Testing

@Suite("The examples")
struct ExamplesTests {
    private func plan(_ name: String) throws -> AppPlan {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        return try Detector(tools: Machine()).detect(in: "\(root)/examples/\(name)", startCommand: nil)
    }

    @Test("Each is recognised as what it is")
    func detected() throws {
        let hello = try plan("hello-node")
        #expect(hello.kind == .node && hello.install.isEmpty && hello.web == ["node", "server.js"])
        let express = try plan("express")
        #expect(express.install.first?.arguments.prefix(2) == ["npm", "ci"] && express.web == ["node", "app.js"])
        let flask = try plan("flask")
        #expect(flask.kind == .python)
        #expect(flask.web == ["/bin/sh", "-c", "exec gunicorn --bind 127.0.0.1:$PORT app:app"])
        let site = try plan("static-site")
        #expect(site.kind == .static && site.staticRoot == ".")
    }
}
