package import Core

/// Decides how an unpacked tree is installed, built and run. Reads files, runs nothing.
///
/// `nodepilot.json` and `Procfile` decide what runs; installing and building come from `package.json` or Python's files
/// unless `nodepilot.json` says them.
package struct Detector: Sendable {
    private let tools: any ToolLocator

    package init(tools: any ToolLocator) {
        self.tools = tools
    }

    /// - Parameter folder: the unpacked tree.
    /// - Parameter startCommand: the project's own, in place of any other `web` command; nil or empty for none.
    /// - Throws: `.unprocessable` with what was looked for or what is wrong in which file; `.invalidInput` for
    ///   `start_command`.
    package func detect(in folder: String, startCommand: String?) throws -> AppPlan {
        let tree = try SourceTree(folder)
        let file = try tree.text(ProjectFile.name).map { text throws(NodePilotError) in try ProjectFile(text) }
        let procfile = try tree.text(Procfile.name).map { text throws(NodePilotError) in try Procfile(text) }
        let platform = try platform(of: tree, installs: file?.install == nil)
        let command = startCommand.flatMap { $0.isEmpty ? nil : $0 }
        var plan = AppPlan(
            kind: platform?.kind ?? .custom, detectedFrom: platform?.detectedFrom ?? "start_command",
            runtime: platform?.runtime ?? "", install: file?.install ?? platform?.install ?? [],
            build: file?.build ?? platform?.build ?? [], pathFolders: platform?.pathFolders ?? [],
            environment: platform?.environment ?? [:])
        try decide(&plan, file: file, procfile: procfile, platform: platform, tree: tree, command: command)
        plan.healthPath = file?.health
        plan.environment.merge(file?.environment ?? [:]) { _, own in own }
        return plan
    }

    // MARK: - Private

    private func platform(of tree: SourceTree, installs: Bool) throws -> (any Platform)? {
        if let text = try tree.text(NodePlatform.file) {
            return try NodePlatform(PackageFile(text), tree: tree, tools: tools)
        }
        return try PythonPlatform(tree, tools: tools, installs: installs)
    }

    /// Fills in what runs.
    private func decide(
        _ plan: inout AppPlan, file: ProjectFile?, procfile: Procfile?, platform: (any Platform)?, tree: SourceTree,
        command: String?
    ) throws {
        if let file, let root = file.staticRoot, command == nil {
            plan.serve(root, singlePage: file.singlePage, from: ProjectFile.name)
        } else if let services = file?.services, !services.isEmpty {
            plan.run(services, from: ProjectFile.name)
        } else if let procfile {
            plan.run(procfile.services, from: Procfile.name)
        } else if command == nil {
            try apply(launch(platform, tree: tree), to: &plan)
        }
        if let command {
            let web = ServicePlan(name: "web", arguments: try CommandWords.arguments(command), listens: true)
            plan.services = [web] + plan.services.filter { $0.name != "web" }
        }
        guard plan.kind == .static || plan.services.contains(where: { $0.name == "web" }) else {
            throw NodePilotError(
                .unprocessable, "\(plan.detectedFrom) names no service called web.",
                hint: "web is the one that gets the visitors: add it, as in web: node server.js")
        }
    }

    private func launch(_ platform: (any Platform)?, tree: SourceTree) throws -> Launch {
        if let platform { return try platform.launch() }
        if let root = StaticSite.root(of: tree) { return .staticFiles(root: root, singlePage: false) }
        throw Self.nothingRecognised(tree)
    }

    private func apply(_ launch: Launch, to plan: inout AppPlan) {
        let remark: String?
        switch launch {
        case .command(let words, let said):
            plan.services = [ServicePlan(name: "web", arguments: words, listens: true)]
            remark = said
        case .staticFiles(let root, let singlePage, let said):
            let index = root == "." ? StaticSite.index : "\(root)/\(StaticSite.index)"
            plan.serve(root, singlePage: singlePage, from: plan.kind == .custom ? index : plan.detectedFrom)
            remark = said
        }
        if let remark { plan.runtime += "; \(remark)" }
    }

    private static func nothingRecognised(_ tree: SourceTree) -> NodePilotError {
        let nested = tree.folders.first { tree.isFile("\($0)/package.json") || tree.isFile("\($0)/requirements.txt") }
        let hint =
            nested.map { "\($0)/ looks like the app: upload that folder." }
            ?? "Add a file nodepilot.json such as {\"start\": \"./server\"}, or a Procfile with web: ./server, "
            + "and make the program listen on the port in $PORT."
        return NodePilotError(
            .unprocessable,
            "Nothing in the upload says how to run it. Looked for nodepilot.json, Procfile, package.json, "
                + "requirements.txt, pyproject.toml and index.html.", hint: hint)
    }
}

extension AppPlan {
    fileprivate mutating func run(_ services: [ServicePlan], from file: String) {
        self.services = services
        detectedFrom = file
    }

    fileprivate mutating func serve(_ root: String, singlePage: Bool, from file: String) {
        kind = .static
        services = []
        staticRoot = root
        self.singlePage = singlePage
        detectedFrom = file
    }
}
