import Builder
import Core
import TestSupport
import Testing

/// A machine with these tools.
struct Machine: ToolLocator {
    var versions = ["node": "20.19.2", "npm": "", "python3": "3.11.2", "ensurepip": ""]
    func version(of name: String) -> String? { versions[name] }

    static func without(_ names: String...) -> Machine {
        Machine(versions: Machine().versions.filter { !names.contains($0.key) })
    }

    static func with(_ name: String) -> Machine {
        Machine(versions: Machine().versions.merging([name: ""]) { $1 })
    }
}

func plan(
    _ files: [String: String], startCommand: String? = nil, on machine: Machine = Machine()
) throws -> AppPlan {
    let place = try TemporaryFolder()
    for (name, text) in files { try place.write("app/" + name, text) }
    if files.isEmpty { try place.folder("app") }
    return try Detector(tools: machine).detect(in: place.path + "/app", startCommand: startCommand)
}

/// The message and hint with which the tree is refused.
func refusal(
    _ files: [String: String], startCommand: String? = nil, on machine: Machine = Machine(),
    location: SourceLocation = #_sourceLocation
) throws -> String {
    let error = #expect(throws: NodePilotError.self, sourceLocation: location) {
        try plan(files, startCommand: startCommand, on: machine)
    }
    #expect(error?.code == .unprocessable, sourceLocation: location)
    return error?.description ?? ""
}

extension AppPlan {
    var web: [String] { services.first { $0.name == "web" }?.arguments ?? [] }
}

@Suite("Which app a tree is")
struct DetectorTests {
    @Test("Nothing recognised says what was looked for and what would do")
    func nothing() throws {
        let text = try refusal(["readme.txt": "hello"])
        for word in ["nodepilot.json", "Procfile", "package.json", "requirements.txt", "index.html", "$PORT"] {
            #expect(text.contains(word))
        }
        #expect(try refusal(["shop/package.json": "{}"]).contains("shop/ looks like the app"))
    }

    @Test("nodepilot.json goes before Procfile, Procfile before package.json")
    func order() throws {
        var files = [
            "nodepilot.json": #"{"start": "node a.js"}"#, "Procfile": "web: node b.js",
            "package.json": #"{"scripts": {"start": "node c.js"}}"#, "index.html": "x",
        ]
        #expect(try plan(files).web == ["node", "a.js"])
        #expect(try plan(files).detectedFrom == "nodepilot.json")
        files["nodepilot.json"] = nil
        #expect(try plan(files).web == ["node", "b.js"])
        #expect(try plan(files).detectedFrom == "Procfile")
        files["Procfile"] = nil
        #expect(try plan(files).web == ["node", "c.js"])
        files["package.json"] = nil
        #expect(try plan(files).staticRoot == ".")
    }

    @Test("Installing and building are still detected where Procfile or nodepilot.json say what runs")
    func stepsStay() throws {
        let package = #"{"dependencies": {"a": "1"}, "scripts": {"build": "tsc"}}"#
        let fromProcfile = try plan(["Procfile": "web: node x", "package.json": package])
        #expect(fromProcfile.kind == .node)
        #expect(fromProcfile.install.map(\.arguments.first) == ["npm"])
        #expect(fromProcfile.build.first?.arguments == ["npm", "run", "build"])
        let own = try plan([
            "nodepilot.json": #"{"start": "node x", "install": "", "build": ["make css", "make js"]}"#,
            "package.json": package,
        ])
        #expect(own.install.isEmpty)
        #expect(own.build.map(\.arguments) == [["make", "css"], ["make", "js"]])
    }

    @Test("A project's own start command replaces web and nothing else")
    func startCommand() throws {
        let files = ["Procfile": "web: node b.js\nworker: node w.js"]
        let replaced = try plan(files, startCommand: "node own.js")
        #expect(replaced.web == ["node", "own.js"])
        #expect(replaced.services.map(\.name) == ["web", "worker"])
        let custom = try plan(["server": "x"], startCommand: "./server --port $PORT")
        #expect(custom.kind == .custom)
        #expect(custom.web == ["/bin/sh", "-c", "./server --port $PORT"])
        #expect(try plan(["index.html": "x"], startCommand: "python3 -m http.server").kind == .custom)
        #expect(try plan(["package.json": "{}"], startCommand: "node x.js").kind == .node)
        #expect(try plan(["nodepilot.json": #"{"static": "."}"#], startCommand: "node x.js").web == ["node", "x.js"])
        #expect(throws: NodePilotError.self) { try plan(files, startCommand: "node 'x") }
    }

    @Test("index.html is a static site, at the root or where generators put it")
    func staticSites() throws {
        #expect(try plan(["index.html": "x"]).kind == .static)
        let built = try plan(["public/index.html": "x"])
        #expect(built.staticRoot == "public")
        #expect(built.detectedFrom == "public/index.html")
        #expect(built.services.isEmpty && built.install.isEmpty && built.build.isEmpty)
    }

    @Test("A configuration that is a link out of the tree, a folder, a pipe or too large is not read")
    func notReadable() async throws {
        let place = try TemporaryFolder()
        try place.write("secret.json", #"{"start": "node secret.js"}"#)
        try place.folder("app")
        let detector = Detector(tools: Machine())
        for script in ["ln -s ../secret.json", "mkdir", "mkfifo"] {
            try await Shell.run("rm -rf nodepilot.json; \(script) nodepilot.json", in: place.path + "/app")
            let error = #expect(throws: NodePilotError.self) { try detector.detect(in: place.path + "/app", startCommand: nil) }
            #expect(error?.message == "nodepilot.json is not a regular file.")
        }
        try await Shell.run("rm -rf nodepilot.json; truncate -s 2M nodepilot.json", in: place.path + "/app")
        let error = #expect(throws: NodePilotError.self) { try detector.detect(in: place.path + "/app", startCommand: nil) }
        #expect(error?.message == "nodepilot.json is larger than 1 MB.")
    }
}
