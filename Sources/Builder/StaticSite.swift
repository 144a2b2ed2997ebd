/// Files that are served as they are.
enum StaticSite {
    static let index = "index.html"

    /// The folder with the `index.html`: the root itself, or where site generators put it.
    static func root(of tree: SourceTree) -> String? {
        if tree.isFile(index) { return "." }
        return ["public", "dist", "build", "out", "_site"].first { tree.isFile("\($0)/\(index)") }
    }
}
