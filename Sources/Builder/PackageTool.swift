import Core

/// The tool that a project's lockfile belongs to.
enum PackageTool: String, CaseIterable {
    case npm, pnpm, yarn, bun

    /// The one that `packageManager` or the lockfile names; npm without either.
    init(_ package: PackageFile, tree: SourceTree) {
        let byLockfile = Self.allCases.first { $0.lockfile(in: tree) != nil }
        self = package.packageManager.flatMap(Self.init(rawValue:)) ?? byLockfile ?? .npm
    }

    func lockfile(in tree: SourceTree) -> String? {
        let names: [String] =
            switch self {
            case .npm: ["npm-shrinkwrap.json", "package-lock.json"]
            case .pnpm: ["pnpm-lock.yaml"]
            case .yarn: ["yarn.lock"]
            case .bun: ["bun.lock", "bun.lockb"]
            }
        return names.first { tree.isFile($0) }
    }

    /// - Parameter forBuild: whether development dependencies are needed too.
    func install(tree: SourceTree, forBuild: Bool) throws(NodePilotError) -> [String] {
        let isLocked = lockfile(in: tree) != nil
        switch self {
        case .npm:
            return ["npm", isLocked ? "ci" : "install", forBuild ? "--include=dev" : "--omit=dev"] + Self.quiet
        case .pnpm:
            return ["pnpm", "install"] + (isLocked ? ["--frozen-lockfile"] : []) + [forBuild ? "--prod=false" : "--prod"]
        case .yarn:
            // Yarn 2 and later write this member; their options have other names.
            if try tree.head("yarn.lock").contains("__metadata:") { return ["yarn", "install", "--immutable"] }
            return ["yarn", "install"] + (isLocked ? ["--frozen-lockfile"] : [])
                + ["--non-interactive", "--production=\(!forBuild)"]
        case .bun:
            return ["bun", "install"] + (isLocked ? ["--frozen-lockfile"] : []) + (forBuild ? [] : ["--production"])
        }
    }

    /// Takes the development dependencies away after a build; nil where the tool cannot.
    var prune: [String]? {
        switch self {
        case .npm: ["npm", "prune", "--omit=dev"] + Self.quiet
        case .pnpm: ["pnpm", "prune", "--prod"]
        case .yarn, .bun: nil
        }
    }

    func run(_ script: String) -> [String] {
        [rawValue, "run", script]
    }

    /// What installs the tool.
    var remedy: String {
        self == .npm ? "apt-get install nodejs npm" : "npm install -g \(rawValue)"
    }

    private static let quiet = ["--no-audit", "--no-fund"]
}
