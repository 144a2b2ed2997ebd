import Core

/// Node.js by `package.json`.
struct NodePlatform: Platform {
    static let file = "package.json"

    let kind = AppPlan.Kind.node
    let detectedFrom = NodePlatform.file
    let runtime: String
    let install: [BuildCommand]
    let build: [BuildCommand]
    let pathFolders = ["node_modules/.bin"]
    let environment: [String: String] = [:]
    private let package: PackageFile
    private let tree: SourceTree
    private let tool: PackageTool

    /// - Throws: `.unprocessable` when Node.js or the lockfile's tool is not installed.
    init(_ package: PackageFile, tree: SourceTree, tools: any ToolLocator) throws(NodePilotError) {
        self.package = package
        self.tree = tree
        tool = PackageTool(package, tree: tree)
        let hasBuild = package.script("build") != nil
        let hasDependencies = !package.dependencies.isEmpty || (hasBuild && !package.developmentDependencies.isEmpty)
        let installs = hasDependencies || tool.lockfile(in: tree) != nil
        runtime = try Self.runtime(package, tool: tool, needsTool: installs || hasBuild, tools: tools, tree: tree)
        install = installs ? [BuildCommand(try tool.install(tree: tree, forBuild: hasBuild))] : []
        let prune = installs && !package.developmentDependencies.isEmpty ? tool.prune : nil
        build = hasBuild ? ([tool.run("build")] + (prune.map { [$0] } ?? [])).map { BuildCommand($0) } : []
    }

    func launch() throws(NodePilotError) -> Launch {
        if let start = package.script("start") {
            if let site = builtSite, Self.isDevelopmentServer(start) { return site }
            return try command(start)
        }
        let entries = [package.main, "server.js", "index.js", "app.js"].compactMap(\.self)
        if let entry = entries.first(where: { tree.isFile($0) }) { return .command(["node", entry]) }
        if let site = builtSite { return site }
        if package.script("build") == nil, let root = StaticSite.root(of: tree) {
            return .staticFiles(root: root, singlePage: false)
        }
        throw NodePilotError(
            .unprocessable, "package.json does not say how to start the app.",
            hint: "Add \"scripts\": {\"start\": \"node server.js\"} to package.json. "
                + "If the build makes static files, add nodepilot.json with {\"static\": \"dist\"}.")
    }

    // MARK: - Private

    private static func runtime(
        _ package: PackageFile, tool: PackageTool, needsTool: Bool, tools: any ToolLocator, tree: SourceTree
    ) throws(NodePilotError) -> String {
        guard let version = tools.version(of: "node") else {
            throw NodePilotError(
                .unprocessable, "The app needs Node.js, which is not installed on this server.",
                hint: "Install it on the server: apt-get install nodejs npm")
        }
        guard !needsTool || tools.version(of: tool.rawValue) != nil else {
            let reason = tool.lockfile(in: tree).map { " (it has \($0))" } ?? ""
            throw NodePilotError(
                .unprocessable, "The app needs \(tool.rawValue)\(reason), which is not installed on this server.",
                hint: "Install it on the server: \(tool.remedy)")
        }
        var words = "Node.js \(version)" + (needsTool ? " with \(tool.rawValue)" : "")
        if let range = package.nodeRange, VersionRange(range)?.contains(version) == false {
            words += " (package.json asks for \(range.prefix(40)))"
        }
        return words
    }

    /// A plain command is run as it is, so that no npm stays beside the app; hooks are npm's business.
    private func command(_ start: String) throws(NodePilotError) -> Launch {
        if let hook = ["prestart", "poststart"].first(where: { package.script($0) != nil }) {
            return .command(tool.run("start"), remark: "run by \(tool.rawValue), because package.json has \(hook)")
        }
        do throws(NodePilotError) {
            return .command(try CommandWords.arguments(start, field: "scripts.start"))
        } catch {
            throw NodePilotError(.unprocessable, "package.json: \(error.message).", hint: error.hint)
        }
    }

    /// Where the known bundlers leave a site.
    private static let bundlers: [(dependency: String, root: String, singlePage: Bool)] = [
        ("react-scripts", "build", true), ("astro", "dist", false), ("gatsby", "public", false),
        ("@11ty/eleventy", "_site", false), ("parcel", "dist", true), ("vite", "dist", true),
    ]

    private var builtSite: Launch? {
        guard package.script("build") != nil else { return nil }
        let all = package.dependencies.union(package.developmentDependencies)
        return Self.bundlers.first { all.contains($0.dependency) }.map {
            .staticFiles(root: $0.root, singlePage: $0.singlePage, remark: "\($0.dependency) builds a site into \($0.root)/")
        }
    }

    /// `react-scripts start` and the like are for one's own machine: what they build is served instead.
    private static func isDevelopmentServer(_ start: String) -> Bool {
        let words = start.split(separator: " ")
        return ["react-scripts", "vite", "astro", "parcel", "gatsby", "eleventy"].contains { words.first == $0[...] }
    }
}
