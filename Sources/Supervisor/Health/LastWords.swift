import Core

/// What a process that ended too soon had to say, and what can be read from it.
struct LastWords {
    let lines: [String]

    /// What to do, where the cause is a known one.
    var advice: String? {
        if lines.isEmpty { return "It wrote nothing: let it say why it ends." }
        for line in lines {
            if let module = text(after: "Cannot find module '", until: "'", in: line) {
                return module.hasPrefix("/") || module.hasPrefix(".")
                    ? "The file \(module.split(separator: "/").last ?? "") is missing from the upload, or the start command names another."
                    : "Add “\(module)” to the dependencies in package.json and deploy again."
            }
            if let module = text(after: "No module named '", until: "'", in: line) {
                return "Add “\(module)” to requirements.txt and deploy again."
            }
            if line.contains("EADDRINUSE") || line.contains("Address already in use") {
                return "The port is taken: listen on the one in the environment variable PORT."
            }
        }
        return cause == nil ? "The end of its output says why." : "Its output in the log says where."
    }

    /// The line that names the cause, as Node.js and Python write it (`TypeError: …`); nil when there is none.
    var cause: String? {
        let line = lines.last { line in
            guard let colon = line.firstRange(of: ": ") else { return false }
            let name = line[..<colon.lowerBound]
            return ["Error", "Exception"].contains { name.hasSuffix($0) } && !name.contains(" ")
        }
        return line.map { $0.count > 300 ? "\($0.prefix(300))…" : $0.hasSuffix(".") ? $0 : "\($0)." }
    }

    // MARK: - Private

    private func text(after start: String, until end: Character, in line: String) -> Substring? {
        guard let range = line.firstRange(of: start) else { return nil }
        return line[range.upperBound...].prefix { $0 != end }
    }
}
