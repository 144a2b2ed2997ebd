import Core
import Testing

@Suite("nodepilot.json and Procfile")
struct ProjectFileTests {
    @Test("Every member is read")
    func everything() throws {
        let plan = try plan([
            "nodepilot.json": """
            {"install": "make deps", "build": false, "health": "/up", "env": {"LOG_LEVEL": "info"},
             "services": {"web": "node 'my server.js'", "worker": "node w.js",
                          "admin": {"command": "node a.js | tee log", "listens": true}}}
            """
        ])
        #expect(plan.kind == .custom)
        #expect(plan.install == [BuildCommand(["make", "deps"])])
        #expect(plan.build.isEmpty)
        #expect(plan.healthPath == "/up")
        #expect(plan.environment == ["LOG_LEVEL": "info"])
        #expect(
            plan.services == [
                ServicePlan(name: "web", arguments: ["node", "my server.js"], listens: true),
                ServicePlan(name: "admin", arguments: ["/bin/sh", "-c", "node a.js | tee log"], listens: true),
                ServicePlan(name: "worker", arguments: ["node", "w.js"], listens: false),
            ])
    }

    @Test("A static site may name its folder and ask for single-page answers")
    func staticSite() throws {
        let plain = try plan(["nodepilot.json": #"{"static": "./dist/"}"#])
        #expect(plain.kind == .static && plain.staticRoot == "dist" && !plain.singlePage)
        let single = try plan(["nodepilot.json": #"{"static": {"root": "a/b", "single_page": true}}"#])
        #expect(single.staticRoot == "a/b" && single.singlePage)
        #expect(try plan(["nodepilot.json": #"{"static": {}}"#]).staticRoot == ".")
    }

    @Test(
        "What is wrong is named with its path",
        arguments: [
            (#"{"start": 5}"#, "start must be a command (a text), but is a number"),
            (#"{"strat": "x", "b": 1}"#, "not known: b, strat"),
            (#"{"services": {"web": {"command": "x", "lisens": true}}}"#, "services.web.lisens"),
            (#"{"services": {"web": {"command": "x", "listens": "yes"}}}"#, "services.web.listens must be true or false"),
            (#"{"services": {"web": {}}}"#, "services.web.command must be a command (a text), but is null"),
            (#"{"services": {"Web!": "x"}}"#, "services.Web! is not a valid name"),
            (#"{"services": []}"#, "services must be an object of commands by name, but is a list"),
            (#"{"services": {"worker": "x"}}"#, "no service called web"),
            (#"{"start": "x", "services": {"web": "y"}}"#, "start says the same as services.web"),
            (#"{"start": "x", "static": "dist"}"#, "static cannot stand beside start"),
            (#"{"static": "../etc"}"#, "static must be a folder inside the project"),
            (#"{"static": "/etc"}"#, "static must be a folder inside the project"),
            (#"{"static": {"root": "x", "spa": true}}"#, "static.spa"),
            (#"{"build": ["make", 7], "start": "x"}"#, "build[1] must be a command"),
            (#"{"start": "node 'x"}"#, "start: has a quote that is not closed"),
            (#"{"start": "x", "health": "up"}"#, "health must be a path that begins with a slash"),
            (#"{"start": "x", "env": {"A": 1}}"#, "env.A must be a text (in quotes), but is a number"),
            (#"{"start": "x", "env": {"PORT": "1"}}"#, "env.PORT is set by NodePilot itself"),
            (#"{"start": "x", "routes": []}"#, "routes this version of NodePilot does not have path routes yet"),
            (#"{"start": "x", "cron": []}"#, "cron this version of NodePilot does not have"),
            (#"{"start": "x", "release": "y"}"#, "release this version of NodePilot does not have"),
            (#"{start: "x"}"#, "nodepilot.json is not valid JSON"), (#"["start"]"#, "must hold one JSON object"),
            ("", "nodepilot.json is not valid JSON"),
        ])
    func wrong(text: String, words: String) throws {
        let message = try refusal(["nodepilot.json": text])
        #expect(message.contains(words), "\(message)")
    }

    @Test("A Procfile has comments, blank lines and one line for each service")
    func procfile() throws {
        let plan = try plan(["Procfile": "# ours\n\nworker: node w.js\r\nweb:  node server.js --port $PORT\n"])
        #expect(
            plan.services == [
                ServicePlan(name: "web", arguments: ["/bin/sh", "-c", "  node server.js --port $PORT"], listens: true),
                ServicePlan(name: "worker", arguments: ["node", "w.js"], listens: false),
            ])
    }

    @Test(
        "A Procfile that is wrong is refused with the line",
        arguments: [
            ("web node x", "Line 1 of Procfile is not “name: command”"), ("web: a\nweb: b", "Line 2 of Procfile names web"),
            ("# only", "names no service"), ("worker: x", "no service called web"), ("web:", "Line 1 of Procfile cannot be read"),
            ("web: x\nrelease: migrate", "Line 2 of Procfile is a release command"), ("We b: x", "not valid"),
        ])
    func wrongProcfile(text: String, words: String) throws {
        let message = try refusal(["Procfile": text])
        #expect(message.contains(words), "\(message)")
    }
}
