import Core

/// What a language's files say about a tree: how to install and build it, and how it would be run.
protocol Platform {
    var kind: AppPlan.Kind { get }
    var detectedFrom: String { get }
    var runtime: String { get }
    var install: [BuildCommand] { get }
    var build: [BuildCommand] { get }
    var pathFolders: [String] { get }
    var environment: [String: String] { get }

    /// Asked only where nothing else says how to run it.
    func launch() throws(NodePilotError) -> Launch
}

/// How an app runs by convention.
enum Launch {
    /// - Parameter remark: for the log, where something is not as people would expect.
    case command([String], remark: String? = nil)
    case staticFiles(root: String, singlePage: Bool, remark: String? = nil)
}
