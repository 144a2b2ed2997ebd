import Core

/// What a Python tree asks pip for. Names only: pip judges the rest.
struct PythonRequirements {
    let file: String
    /// What stands behind `pip install`.
    let pipArguments: [String]
    private var packages: Set<String> = []

    /// - Returns: nil when neither `requirements.txt` nor a `pyproject.toml` that can be installed is there.
    init?(_ tree: SourceTree) throws(NodePilotError) {
        if tree.exists("requirements.txt") {
            file = "requirements.txt"
            pipArguments = ["-r", "requirements.txt"]
            try read("requirements.txt", in: tree, depth: 0)
        } else if let text = try tree.text("pyproject.toml") {
            file = "pyproject.toml"
            let headings = text.split(whereSeparator: \.isNewline).map { $0.filter { $0 != " " } }
            let canInstall = ["[project]", "[build-system]", "[tool.poetry]"].contains { headings.contains($0) }
            pipArguments = canInstall ? ["."] : []
            // Not a TOML parser: every quoted text that begins like a requirement counts.
            for quoted in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\"" || $0 == "'" }) {
                add(quoted)
            }
            for line in text.split(whereSeparator: \.isNewline) { add(line.prefix { $0 != "=" }) }
        } else {
            return nil
        }
    }

    func names(_ package: String) -> Bool { packages.contains(package) }

    // MARK: - Private

    private mutating func read(_ name: String, in tree: SourceTree, depth: Int) throws(NodePilotError) {
        guard let text = try tree.text(name) else { return }
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.drop { $0 == " " || $0 == "\t" }
            if content.hasPrefix("-r "), depth < 3 {
                let folder = name.split(separator: "/").dropLast().map { $0 + "/" }.joined()
                try read(folder + content.dropFirst(3).trimmed, in: tree, depth: depth + 1)
            } else {
                add(content)
            }
        }
    }

    /// `Flask[async]>=3 ; python_version > "3.8"  # comment` is flask; an extra `standard` of FastAPI brings uvicorn.
    private mutating func add(_ requirement: Substring) {
        let name = requirement.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard !name.isEmpty, name.count <= 100 else { return }
        let normal = name.lowercased().replacing("_", with: "-")
        packages.insert(normal)
        if normal == "fastapi", requirement.contains("[standard") || requirement.contains("[all") {
            packages.insert("uvicorn")
        }
    }
}

extension Substring {
    var trimmed: String {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
