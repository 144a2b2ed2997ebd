import Builder
import Core
import FoundationEssentials
import TestSupport
import Testing

/// A tree that is detected and built by real tools, with what they said.
struct Build {
    let place: TemporaryFolder
    private let log = Log()

    init(_ files: [String: String]) throws {
        place = try TemporaryFolder()
        for (name, text) in files { try place.write("app/" + name, text) }
    }

    func environment(_ variables: [String: String] = [:]) -> BuildEnvironment {
        BuildEnvironment(
            folder: place.path + "/app", home: place.path + "/home", project: 1, variables: variables,
            path: BuildEnvironment.systemPath)
    }

    @discardableResult
    func run(_ variables: [String: String] = [:], timeout: Duration = .seconds(300)) async throws -> AppPlan {
        let runner = ProcessRunner()
        let tools = try await InstalledTools.find(as: .builder(1), in: place.path, runner: runner)
        let plan = try Detector(tools: tools).detect(in: place.path + "/app", startCommand: nil)
        try await run(plan, variables, timeout: timeout)
        return plan
    }

    func run(_ plan: AppPlan, _ variables: [String: String] = [:], timeout: Duration = .seconds(300)) async throws {
        let builder = ReleaseBuilder(runner: ProcessRunner(), timeout: timeout)
        try await builder.install(plan, in: environment(variables)) { [log] in await log.add($0) }
        try await builder.build(plan, in: environment(variables)) { [log] in await log.add($0) }
    }

    var lines: [String] { get async { await log.lines } }

    private actor Log {
        var lines: [String] = []
        func add(_ line: String) { lines.append(line) }
    }
}

@Suite("Installing and building with real tools")
struct ReleaseBuilderTests {
    private func plan(_ commands: [String]...) -> AppPlan {
        AppPlan(kind: .custom, detectedFrom: "test", install: commands.map { BuildCommand($0) }, pathFolders: ["bin"])
    }

    @Test("The tools of this machine are found with their versions")
    func tools() async throws {
        let place = try TemporaryFolder()
        let tools = try await InstalledTools.find(as: .builder(1), in: place.path, runner: ProcessRunner())
        #expect(tools.version(of: "node")?.split(separator: ".").count == 3)
        #expect(tools.version(of: "npm") != nil)
        #expect(tools.version(of: "python3")?.hasPrefix("3.") == true)
        #expect(tools.runtimes.count == 2)
        let none = try await InstalledTools.find(on: "/nonexistent", as: .builder(1), in: place.path, runner: ProcessRunner())
        #expect(none.runtimes.isEmpty)
    }

    @Test("A command sees the project's variables and a clean environment, and each line is told as it comes")
    func environment() async throws {
        let build = try Build(["bin/tool": ""])
        try await build.run(plan(["/usr/bin/env"]), ["DATABASE_URL": "db", "HOME": "/root", "PATH": "/evil"])
        let lines = await build.lines
        #expect(lines.first == "$ /usr/bin/env")
        let names = Set(lines.dropFirst().compactMap { $0.split(separator: "=").first })
        #expect(
            names == [
                "CI", "DATABASE_URL", "HOME", "LANG", "NODE_ENV", "PATH", "TMPDIR", "npm_config_cache",
                "npm_config_update_notifier",
            ])
        #expect(lines.contains("DATABASE_URL=db") && lines.contains("HOME=\(build.place.path)/home"))
        #expect(lines.contains("PATH=\(build.place.path)/app/bin:\(BuildEnvironment.systemPath)"))
        let builder = ReleaseBuilder(runner: ProcessRunner())
        try await builder.removeHome(of: build.environment())
        #expect(try build.place.listing("") == ["app/", "app/bin/", "app/bin/tool"])
    }

    @Test(
        "A failure names the command, how it ended, the cause and what to do",
        arguments: [
            ("echo boring; echo 'it is broken'; exit 3", "exit code 3. it is broken.", nil),
            ("echo 'npm error code EUSAGE'; echo 'npm error'; echo 'npm error `npm ci` can only install packages when in sync.'; exit 1",
             "`npm ci` can only install packages when in sync.", "run npm install"),
            ("echo 'npm ERR! code ETARGET'; echo 'npm ERR! notarget No matching version found for x@9.'; exit 1",
             "No matching version found for x@9.", "does not exist"),
            ("echo 'ERROR: No matching distribution found for nope==1'; exit 1", "No matching distribution found", "correct it"),
            ("kill -KILL $$", "SIGKILL", "out of memory"),
            ("echo 'gyp ERR! find Python'; exit 1", "exit code 1", "build-essential"),
            ("nonexistent-tool", "exit code 127", "not found"),
        ])
    func failures(script: String, words: String, hint: String?) async throws {
        let build = try Build(["x": ""])
        let error = await #expect(throws: NodePilotError.self) { try await build.run(plan(["/bin/sh", "-c", script])) }
        #expect(error?.code == .unprocessable)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        if let hint { #expect(error?.hint?.contains(hint) == true, "\(error?.hint ?? "")") }
    }

    @Test("A full disk and a time limit are told as such")
    func limits() async throws {
        let build = try Build(["x": ""])
        let full = await #expect(throws: NodePilotError.self) {
            try await build.run(plan(["/bin/sh", "-c", "echo 'npm ERR! nospc ENOSPC: no space'; exit 1"]))
        }
        #expect(full?.code == .insufficientStorage)
        let slow = await #expect(throws: NodePilotError.self) {
            try await build.run(plan(["/bin/sh", "-c", "exec tail -f /dev/null"]), timeout: .milliseconds(500))
        }
        #expect(slow?.message.contains("time limit") == true)
    }

    @Test("npm ci installs from a registry, the build runs with its development dependencies, which then go")
    func npmFromRegistry() async throws {
        let registry = try await Registry()
        let build = try Build([
            "package.json": #"""
            {"name": "app", "version": "1.0.0", "dependencies": {"greeting": "1.0.0"}, "devDependencies": {"stamp": "1.0.0"},
             "scripts": {"build": "stamp", "start": "node server.js"}}
            """#,
            "package-lock.json": #"""
            {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
              "": {"name": "app", "version": "1.0.0", "dependencies": {"greeting": "1.0.0"}, "devDependencies": {"stamp": "1.0.0"}},
              "node_modules/greeting": {"version": "1.0.0", "resolved": "\#(registry.address)/greeting-1.0.0.tgz"},
              "node_modules/stamp": {"version": "1.0.0", "resolved": "\#(registry.address)/stamp-1.0.0.tgz", "dev": true, "bin": {"stamp": "run.js"}}}}
            """#,
            ".npmrc": "registry=\(registry.address)/\n", "server.js": "",
        ])
        let plan = try await build.run()
        #expect(plan.web == ["node", "server.js"])
        #expect(try build.place.read("app/node_modules/greeting/index.js") == "module.exports = 'hello'\n")
        #expect(try build.place.read("app/built") == "hello")
        #expect(!FileManager.default.fileExists(atPath: build.place.path + "/app/node_modules/stamp"))
        #expect(await build.lines.contains("$ npm ci --include=dev --no-audit --no-fund"))
    }

    @Test("npm ci with a lockfile that does not fit says to run npm install")
    func lockfileOutOfSync() async throws {
        let build = try Build([
            "package.json": #"{"name": "app", "version": "1.0.0", "dependencies": {"greeting": "1.0.0"}}"#, "index.js": "",
            "package-lock.json": #"{"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "app"}}}"#,
        ])
        let error = await #expect(throws: NodePilotError.self) { try await build.run() }
        #expect(error?.message.contains("npm ci") == true && error?.message.contains("lock file") == true, "\(error?.message ?? "")")
        #expect(error?.hint?.contains("run npm install") == true)
    }

    @Test("pip installs from PyPI into the release, and its scripts still run after the release was moved")
    func pip() async throws {
        let build = try Build([
            "requirements.txt": "idna==3.10\n./local\n", "main.py": "import idna\n",
            "local/pyproject.toml": """
            [build-system]
            requires = []
            build-backend = "backend"
            backend-path = ["."]
            """,
            "local/backend.py": """
            import zipfile
            def build_wheel(folder, config_settings=None, metadata_directory=None):
                name = 'local_tool-1.0-py3-none-any.whl'
                with zipfile.ZipFile(folder + '/' + name, 'w') as wheel:
                    wheel.writestr('local_tool.py', 'import sys\\ndef main(): print("ran", *sys.argv[1:])\\n')
                    info = 'local_tool-1.0.dist-info/'
                    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: local-tool\\nVersion: 1.0\\n')
                    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
                    wheel.writestr(info + 'entry_points.txt', '[console_scripts]\\nlocal-tool = local_tool:main\\n')
                    wheel.writestr(info + 'RECORD', '')
                return name
            """,
        ])
        let plan = try await build.run()
        #expect(plan.web == ["python", "main.py"])
        try await Shell.run(
            "mv app moved && moved/.venv/bin/local-tool 'a b' > out && moved/.venv/bin/python moved/main.py",
            in: build.place.path)
        #expect(try build.place.read("out") == "ran a b\n")
    }

    @Test("A requirement that does not exist is named")
    func pipNoMatch() async throws {
        let build = try Build(["requirements.txt": "idna==0.0.404\n", "main.py": ""])
        let error = await #expect(throws: NodePilotError.self) { try await build.run() }
        #expect(error?.message.contains("idna==0.0.404") == true, "\(error?.message ?? "")")
        #expect(error?.hint?.contains("requirement") == true)
    }
}
