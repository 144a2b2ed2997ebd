import Commands
import Core
import FoundationEssentials
import ScriptedServer
import Testing

@Suite("The command line")
struct CommandTests {
    @Test("tells its version and commit")
    func version() async throws {
        let here = try Surroundings()
        #expect(await here.run("--version") == 0)
        #expect(here.console.output == "nodepilot \(Version.number) (\(BuildVersion.commit))\n")
    }

    @Test(
        "shows an example before anything else in the help of every command",
        arguments: [
            "deploy", "projects", "status", "start", "stop", "restart", "logs", "rollback", "env", "env set", "domains",
            "delete", "login", "logout", "whoami", "tokens", "admin", "admin users", "admin users add",
            "admin setup-code",
        ])
    func help(command: String) async throws {
        let here = try Surroundings()
        let words = command.split(separator: " ").map(String.init)
        #expect(await here.run(words + ["--help"]) == 0)
        let text = here.console.output
        let example = try #require(text.firstRange(of: "$ nodepilot \(words[0])"))
        let usage = try #require(text.firstRange(of: "USAGE:"))
        #expect(example.lowerBound < usage.lowerBound)
    }

    @Test("ends with 64 for wrong arguments, and writes them to standard error")
    func usage() async throws {
        let here = try Surroundings()
        #expect(await here.run("deploy", "./My Shop") == 64)
        #expect(here.console.errors.contains("nodepilot deploy ./My Shop --project my-shop"))
        #expect(await here.run("restart") == 64)
        #expect(await here.run("logs", "shop", "-n", "9000") == 64)
        #expect(here.console.output.isEmpty)
    }

    @Test("writes completion scripts", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async throws {
        let here = try Surroundings()
        #expect(await here.run("--generate-completion-script", shell) == 0)
        #expect(here.console.output.contains("rollback"))
    }

    @Test("says what to do when there is no server")
    func noServer() async throws {
        let here = try Surroundings()
        #expect(await here.run("projects") == 7)
        #expect(here.console.errors.contains("nodepilot login URL"))
        #expect(await here.run("projects", "--data", here.data) == 7)
        #expect(here.console.errors.contains("systemctl status nodepilot"))
        #expect(await here.run("projects", "--server", "panel.example.com") == 3)
        #expect(here.console.errors.contains("nodepilot login panel.example.com"))
    }

    @Test("says when there is nothing, and gives programs an empty list")
    func nothing() async throws {
        let here = try Surroundings()
        try await here.serving({ _ in .json(#"{"projects":[]}"#) }) {
            #expect(await here.run("projects", "--data", here.data) == 0)
            #expect(
                here.console.output == "There are no projects yet. Make one: nodepilot deploy ./shop --project shop\n")
            #expect(await here.run("projects", "--json", "--data", here.data) == 0)
            #expect(here.console.output.hasSuffix("{\"projects\":[]}\n"))
        }
    }

    @Test("maps an error of the server to its exit status, and tells it as JSON when asked")
    func errors() async throws {
        let here = try Surroundings()
        try await here.serving({ _ in
            .problem(409, code: "conflict", detail: "It is stopped already.", hint: "Start it.")
        }) {
            #expect(await here.run("stop", "shop", "--data", here.data) == 5)
            #expect(here.console.errors == "nodepilot: It is stopped already.\n  Start it.\n")
            #expect(await here.run("stop", "shop", "--json", "--data", here.data) == 5)
            #expect(
                here.console.errors.hasSuffix(
                    #"{"code":"conflict","detail":"It is stopped already.","hint":"Start it."}"# + "\n"))
            #expect(here.console.output.isEmpty)
        }
    }

    @Test("every error has an exit status of its own kind, never that of success")
    func exitStatuses() {
        let statuses = NodePilotError.Code.allCases.map { ProgramExit.status(for: $0) }
        #expect(statuses.allSatisfy { (1...7).contains($0) })
        #expect(Set(statuses).count == 7)
    }

    @Test("uses the server on this machine by itself when it has a socket")
    func local() async throws {
        let here = try Surroundings()
        try FileManager.default.createSymbolicLink(
            atPath: here.folder.file("nodepilot"), withDestinationPath: here.data)
        try await here.serving({ _ in .json(#"{"projects":[]}"#) }) {
            #expect(await here.run("projects") == 0)
        }
    }

    @Test("changes the environment without showing values, and shows them when asked")
    func environment() async throws {
        let here = try Surroundings()
        let answer = #"{"variables":[{"name":"TOKEN","value":"s3cret"}]}"#
        try await here.serving({ _ in .json(answer) }) { server in
            #expect(await here.run("env", "set", "shop", "TOKEN=s3cret", "--data", here.data) == 0)
            #expect(server.received.last?.bodyText == #"{"set":[{"name":"TOKEN","value":"s3cret"}]}"#)
            #expect(await here.run("env", "shop", "--data", here.data) == 0)
            #expect(!here.console.output.contains("s3cret"))
            #expect(await here.run("env", "shop", "--json", "--data", here.data) == 0)
            #expect(!here.console.output.contains("s3cret"))
            #expect(await here.run("env", "list", "shop", "--reveal", "--data", here.data) == 0)
            #expect(here.console.output.contains("s3cret"))
            #expect(await here.run("env", "set", "shop", "PORT=80", "--data", here.data) == 2)
            #expect(server.received.count == 4)
        }
    }

    @Test("deletes only when the project's name was typed")
    func delete() async throws {
        var here = try Surroundings()
        let project = try Fixture.project()
        try await here.serving({ $0.method == "DELETE" ? .nothing : ScriptedAPI.json(project) }) { server in
            #expect(await here.run("delete", "shop", "--data", here.data) == 2)
            #expect(here.console.errors.contains("--yes"))
            here.keyboard = ScriptedKeyboard(["ship"])
            #expect(await here.run("delete", "shop", "--data", here.data) == 2)
            #expect(!server.received.contains { $0.method == "DELETE" })
            here.keyboard = ScriptedKeyboard(["shop"])
            #expect(await here.run("delete", "shop", "--data", here.data) == 0)
            #expect(server.received.last?.target == "/api/project/shop")
            #expect(await here.run("delete", "shop", "--yes", "--data", here.data) == 0)
            #expect(server.received.filter { $0.method == "DELETE" }.count == 2)
        }
    }

    @Test("shows the lines of a log with their time and origin")
    func logs() async throws {
        let here = try Surroundings()
        let lines =
            #"{"lines":[{"seq":1,"at":"2026-11-21T08:15:30.123Z","stream":"stdout","instance":"web.1","text":"hi\u001b[2J"}]}"#
        try await here.serving({ _ in .json(lines) }) { server in
            #expect(await here.run("logs", "shop", "-n", "5", "--search", "h i", "--data", here.data) == 0)
            #expect(here.console.output == "2026-11-21T08:15:30.123Z  web.1  hi\n")
            #expect(server.received.last?.target == "/api/project/shop/logs?lines=5&search=h%20i")
        }
    }

    @Test("follows a log over a broken connection, telling each line once")
    func follow() async throws {
        var here = try Surroundings()
        let console = here.console
        here.interruption = {
            // Ctrl-C once the second line is there.
            try? await eventually { console.output.contains("two") }
        }
        func event(_ seq: Int, _ text: String) -> String {
            "id: \(seq)\nevent: log\ndata: {\"seq\":\(seq),\"at\":\"2026-11-21T08:15:30.123Z\",\"stream\":\"stdout\",\"instance\":\"web.1\",\"text\":\"\(text)\"}\n\n"
        }
        let first = event(1, "one")
        let second = event(1, "one") + event(2, "two")
        try await here.serving({ request in
            request.target.contains("after=1") ? .events(second, ending: .open) : .events(first, ending: .cut)
        }) {
            #expect(await here.run("logs", "-f", "shop", "--data", here.data) == 0)
        }
        #expect(here.console.output.split(separator: "\n").map { $0.suffix(3) } == ["one", "two"])
    }

    @Test("shows the one-time code, also while the server is down")
    func setupCode() async throws {
        let here = try Surroundings()
        #expect(await here.run("admin", "setup-code", "--data", here.data) == 4)
        _ = try here.folder.write("ABCD-EFGH\n", to: "data/setup-code")
        #expect(await here.run("admin", "setup-code", "--json", "--data", here.data) == 0)
        #expect(here.console.output == "{\"code\":\"ABCD-EFGH\"}\n")
    }

    @Test("shows a project with its instances and deployments in tables")
    func status() async throws {
        let here = try Surroundings()
        var project = try Fixture.project()
        project.instances = [
            InstanceStatus(
                name: "web.1", service: "web", release: 3, state: .running, pid: 4711, port: 41001, restarts: 2,
                lastExit: "exit code 1", cpuPercent: 0.44, memoryBytes: 48_123_904)
        ]
        let failure = DeploymentFailure(step: .build, code: .unprocessable, message: "It broke.", hint: nil)
        let history = DeploymentList(
            deployments: [try Fixture.deployment(.failed, failure: failure)], keptReleases: [2, 3])
        let view = project
        try await here.serving({ request in
            request.path.hasSuffix("/deployments") ? ScriptedAPI.json(history) : ScriptedAPI.json(view)
        }) {
            #expect(await here.run("status", "shop", "--data", here.data) == 0)
            let output = here.console.output
            #expect(output.hasPrefix("● shop is running at https://shop.example.com\n"))
            #expect(output.contains("web.1     running  4711  41001        3  0.4 %  48.1 MB         2  exit code 1"))
            #expect(output.contains("It broke."))
            #expect(output.contains("2, 3"))
            #expect(await here.run("status", "shop", "--json", "--data", here.data) == 0)
            #expect(here.console.output.contains("\"kept_releases\":[2,3]"))
        }
    }
}
