import Core
import Glibc

/// What stays at home when a folder is packed.
///
/// `.git`, `node_modules`, `.venv`, `__pycache__` and `.DS_Store` at any depth, and the patterns of `.nodepilotignore` in
/// the packed folder, one a line, a part of what `.gitignore` has:
/// - blank lines and lines that begin with `#` say nothing;
/// - `*` and `?` stand for characters other than `/`, `[a-z]` for one of these;
/// - a `/` at the end means folders only;
/// - with a `/` in front or within, the pattern is a path from the packed folder; otherwise a name at any depth;
/// - there is no `!` and no `**`: they are refused rather than misread.
struct PackRules {
    static let fileName = ".nodepilotignore"
    private static let always: Set<String> = [".git", "node_modules", ".venv", "__pycache__", ".DS_Store", fileName]

    private struct Pattern {
        let text: String
        let isPath: Bool
        let foldersOnly: Bool
    }

    private var patterns: [Pattern] = []

    /// - Parameter text: of `.nodepilotignore`; empty when there is none.
    /// - Throws: `.unprocessable` naming the line.
    init(_ text: String) throws(NodePilotError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, raw) in lines.enumerated() {
            var line = raw
            while line.last == " " || line.last == "\t" { line.removeLast() }
            if line.isEmpty || line.first == "#" { continue }
            guard line.first != "!", !line.contains("**") else {
                throw NodePilotError(
                    .unprocessable, "Line \(index + 1) of \(Self.fileName): “!” and “**” are not understood.",
                    hint: "Name what is to be left out: /build/, *.log, docs/*.pdf.")
            }
            let foldersOnly = line.last == "/"
            if foldersOnly { line.removeLast() }
            let isPath = line.contains("/")
            patterns.append(
                Pattern(text: String(line.drop { $0 == "/" }), isPath: isPath, foldersOnly: foldersOnly))
        }
    }

    /// - Parameter path: from the packed folder.
    func leavesOut(_ path: String, name: String, isFolder: Bool) -> Bool {
        Self.always.contains(name)
            || patterns.contains { pattern in
                (isFolder || !pattern.foldersOnly)
                    && fnmatch(pattern.text, pattern.isPath ? path : name, FNM_PATHNAME) == 0
            }
    }
}
