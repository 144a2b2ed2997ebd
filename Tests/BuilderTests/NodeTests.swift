import Builder
import Core
import Testing

@Suite("Node.js apps")
struct NodeTests {
    private let express = #""dependencies": {"express": "4"}"#

    @Test("With a lockfile it is npm ci, without one npm install, without dependencies nothing")
    func install() throws {
        let package = #"{\#(express), "main": "server.js"}"#
        let files = ["package.json": package, "server.js": ""]
        #expect(try plan(files).install.map(\.arguments) == [["npm", "install", "--omit=dev", "--no-audit", "--no-fund"]])
        for lockfile in ["package-lock.json", "npm-shrinkwrap.json"] {
            let locked = try plan(files.merging([lockfile: "{}"]) { $1 })
            #expect(locked.install.map(\.arguments) == [["npm", "ci", "--omit=dev", "--no-audit", "--no-fund"]])
        }
        let bare = try plan(["package.json": "{}", "server.js": ""])
        #expect(bare.install.isEmpty && bare.build.isEmpty)
        #expect(bare.runtime == "Node.js 20.19.2")
    }

    @Test("A build needs the development dependencies, which are pruned after it")
    func build() throws {
        let plan = try plan([
            "package.json": #"{"devDependencies": {"tsc": "1"}, "scripts": {"build": "tsc", "start": "node dist/x.js"}}"#,
            "package-lock.json": "{}",
        ])
        #expect(plan.install.map(\.arguments) == [["npm", "ci", "--include=dev", "--no-audit", "--no-fund"]])
        #expect(
            plan.build.map(\.arguments) == [
                ["npm", "run", "build"], ["npm", "prune", "--omit=dev", "--no-audit", "--no-fund"],
            ])
        #expect(plan.runtime == "Node.js 20.19.2 with npm")
        #expect(plan.pathFolders == ["node_modules/.bin"])
    }

    @Test("Other package managers are used by their lockfiles or packageManager, when they are installed")
    func packageManagers() throws {
        for (tool, lockfile, words) in [
            ("yarn", "yarn.lock", ["yarn", "install", "--frozen-lockfile", "--non-interactive", "--production=true"]),
            ("pnpm", "pnpm-lock.yaml", ["pnpm", "install", "--frozen-lockfile", "--prod"]),
            ("bun", "bun.lockb", ["bun", "install", "--frozen-lockfile", "--production"]),
        ] {
            let files = ["package.json": "{\(express)}", "index.js": "", lockfile: ""]
            #expect(try plan(files, on: .with(tool)).install.map(\.arguments) == [words])
            let missing = try refusal(files)
            #expect(missing.contains("needs \(tool) (it has \(lockfile))"))
            #expect(missing.contains("npm install -g \(tool)"))
        }
        let berry = ["package.json": "{\(express)}", "index.js": "", "yarn.lock": "__metadata:\n  version: 8\n"]
        #expect(try plan(berry, on: .with("yarn")).install.map(\.arguments) == [["yarn", "install", "--immutable"]])
        let named = ["package.json": #"{\#(express), "packageManager": "pnpm@9.1.0"}"#, "index.js": ""]
        #expect(try plan(named, on: .with("pnpm")).install.map(\.arguments) == [["pnpm", "install", "--prod"]])
    }

    @Test("A plain start script is run without npm, one that needs a shell by sh, one with hooks by npm")
    func start() throws {
        func web(_ scripts: String) throws -> AppPlan { try plan(["package.json": #"{"scripts": {\#(scripts)}}"#]) }
        #expect(try web(#""start": "next start -p 3000""#).web == ["next", "start", "-p", "3000"])
        #expect(try web(#""start": "next start -p $PORT""#).web == ["/bin/sh", "-c", "next start -p $PORT"])
        let hooked = try web(#""start": "node x", "prestart": "node migrate""#)
        #expect(hooked.web == ["npm", "run", "start"])
        #expect(hooked.runtime.contains("because package.json has prestart"))
        #expect(try refusal(["package.json": #"{"scripts": {"start": "node 'x"}}"#]).contains("scripts.start"))
    }

    @Test("Without a start script, main or a usual file is run; else it is said what to add")
    func entries() throws {
        #expect(try plan(["package.json": #"{"main": "lib/a.js"}"#, "lib/a.js": "", "server.js": ""]).web == ["node", "lib/a.js"])
        #expect(try plan(["package.json": #"{"main": "gone.js"}"#, "app.js": ""]).web == ["node", "app.js"])
        let text = try refusal(["package.json": "{}"])
        #expect(text.contains(#""scripts": {"start": "node server.js"}"#))
    }

    @Test("What a known bundler builds is served as files, also in place of its development server")
    func bundlers() throws {
        let vite = try plan([
            "package.json": #"{"devDependencies": {"vite": "5"}, "scripts": {"build": "vite build"}}"#, "index.html": "",
        ])
        #expect(vite.kind == .static && vite.staticRoot == "dist" && vite.singlePage && vite.services.isEmpty)
        #expect(vite.runtime.contains("vite builds a site into dist/"))
        #expect(vite.build.first?.arguments == ["npm", "run", "build"])
        let react = try plan([
            "package.json": #"""
            {"dependencies": {"react-scripts": "5"}, "scripts": {"start": "react-scripts start", "build": "react-scripts build"}}
            """#
        ])
        #expect(react.kind == .static && react.staticRoot == "build")
        let server = try plan([
            "package.json": #"{"devDependencies": {"vite": "5"}, "scripts": {"build": "vite build", "start": "node s.js"}}"#
        ])
        #expect(server.kind == .node && server.web == ["node", "s.js"])
    }

    @Test("A machine without Node.js or npm is told what installs them")
    func missing() throws {
        let files = ["package.json": "{\(express)}", "index.js": ""]
        #expect(try refusal(files, on: .without("node")).contains("apt-get install nodejs npm"))
        #expect(try refusal(files, on: .without("npm")).contains("needs npm"))
        #expect(try plan(["package.json": "{}", "index.js": ""], on: .without("npm")).web == ["node", "index.js"])
    }

    @Test(
        "engines.node that does not fit is a remark, not an error",
        arguments: [
            (">=18", true), (">= 18 < 21", true), ("^20.1.0", true), ("~20.19", true), ("20.x", true), ("*", true), ("", true),
            ("18 || 20", true), ("20", true), (">=22", false), ("^18", false), ("<20", false), ("20.18.x", false),
            ("~20.18", false), (">20", false), ("<=20.19.2", true), ("what", true), ("16 || 18 || >=22", false),
        ])
    func engines(range: String, fits: Bool) throws {
        let plan = try plan(["package.json": #"{"engines": {"node": "\#(range)"}}"#, "index.js": ""])
        #expect(plan.runtime.contains("asks for") != fits)
    }

    @Test("A package.json that is no JSON is refused; strange members are npm's business")
    func strange() throws {
        #expect(try refusal(["package.json": "{oops}"]).contains("package.json is not valid JSON"))
        let odd = #"{"scripts": ["a"], "dependencies": "x", "main": 7, "engines": "node"}"#
        #expect(try plan(["package.json": odd, "index.js": ""]).web == ["node", "index.js"])
        #expect(try plan(["package.json": "\u{FEFF}{}", "index.js": ""]).web == ["node", "index.js"])
    }
}
