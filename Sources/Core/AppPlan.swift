/// What the builder found in an unpacked tree: how to install, build and run it. Stored with the release, so that a
/// rollback runs what was built and not what today's detection would say.
package struct AppPlan: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Sendable {
        case node, python, `static`, custom
    }

    package var kind: Kind
    /// The file that decided: `package.json`, `Procfile`, …
    package var detectedFrom: String
    /// In words, for the log: "Node.js 20.19.2 with npm". Empty for static sites.
    package var runtime: String
    package var install: [BuildCommand]
    package var build: [BuildCommand]
    /// Empty for static projects; otherwise one is named `web`.
    package var services: [ServicePlan]
    /// The folder to serve, relative to the release (`.` for its root); only for static projects.
    package var staticRoot: String?
    /// Folders inside the release that go in front of PATH, relative (`node_modules/.bin`, `.venv/bin`).
    package var pathFolders: [String]
    /// Default environment of the app, below the project's own.
    package var environment: [String: String]
    /// From `nodepilot.json`; the project's own setting wins.
    package var healthPath: String?
    package var singlePage: Bool

    package init(
        kind: Kind, detectedFrom: String, runtime: String = "", install: [BuildCommand] = [],
        build: [BuildCommand] = [],
        services: [ServicePlan] = [], staticRoot: String? = nil, pathFolders: [String] = [],
        environment: [String: String] = [:], healthPath: String? = nil, singlePage: Bool = false
    ) {
        self.kind = kind
        self.detectedFrom = detectedFrom
        self.runtime = runtime
        self.install = install
        self.build = build
        self.services = services
        self.staticRoot = staticRoot
        self.pathFolders = pathFolders
        self.environment = environment
        self.healthPath = healthPath
        self.singlePage = singlePage
    }
}

/// One command of the install or build step.
package struct BuildCommand: Codable, Hashable, Sendable {
    /// argv; the first word is looked up on the job's PATH.
    package var arguments: [String]
    package var environment: [String: String]

    package init(_ arguments: [String], environment: [String: String] = [:]) {
        self.arguments = arguments
        self.environment = environment
    }
}

/// One long-running command of a project.
package struct ServicePlan: Codable, Hashable, Sendable {
    package var name: String
    /// argv; the first word is looked up on the app's PATH.
    package var arguments: [String]
    /// Whether it listens on `PORT`. Only `web` does by default.
    package var listens: Bool

    package init(name: String, arguments: [String], listens: Bool) {
        self.name = name
        self.arguments = arguments
        self.listens = listens
    }
}
