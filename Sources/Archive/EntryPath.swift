/// The path of an entry inside the release, checked: relative, no `..`, no NUL, UTF-8, within the limits.
struct EntryPath: Hashable, Sendable {
    /// Empty for the root itself (`./` in a tar).
    var components: [String]

    /// - Parameter raw: the name as it stands in the archive.
    /// - Parameter backslashSeparates: true for ZIP entries made on Windows, where old tools write `a\b`. Anywhere else
    ///   a backslash is refused: no reader agrees with another on what it means.
    init(_ raw: some Collection<UInt8>, backslashSeparates: Bool = false, limits: ArchiveLimits) throws(UnpackRefusal) {
        let shown = Self.shown(raw)
        func refused(_ problem: String, hint: String? = nil) -> UnpackRefusal {
            UnpackRefusal(entry: shown, problem, hint: hint)
        }
        guard raw.count <= limits.pathBytes else {
            throw refused("The path has \(raw.count) bytes; the limit is \(limits.pathBytes).")
        }
        guard !raw.contains(0) else { throw refused("The name contains a NUL character.") }
        guard let text = String(validating: raw, as: UTF8.self) else {
            throw refused("The name is not UTF-8.", hint: "Make the archive with a tool that writes names as UTF-8.")
        }
        guard backslashSeparates || !raw.contains(UInt8(ascii: "\\")) else {
            throw refused("The name contains a backslash.", hint: "Rename the file.")
        }
        try self.init(checked: text, shown: shown, limits: limits)
    }

    private init(checked text: String, shown: String, limits: ArchiveLimits) throws(UnpackRefusal) {
        let parts = text.utf8.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        guard text.isEmpty || parts.first?.isEmpty == false else {
            throw UnpackRefusal(entry: shown, "The path is absolute.", hint: "Archive the folder's content instead.")
        }
        if let first = parts.first, first.count >= 2, first[first.index(after: first.startIndex)] == UInt8(ascii: ":") {
            throw UnpackRefusal(entry: shown, "The path begins with a drive letter.")
        }
        components = []
        for part in parts {
            let name = String(Substring(part))
            if name.isEmpty || name == "." { continue }
            guard name != ".." else {
                throw UnpackRefusal(entry: shown, "The path leads out of the release (“..”).")
            }
            guard name.utf8.count <= limits.componentBytes else {
                throw UnpackRefusal(
                    entry: shown, "A name has \(name.utf8.count) bytes; the limit is \(limits.componentBytes).")
            }
            components.append(name)
        }
        guard components.count <= limits.depth else {
            throw UnpackRefusal(
                entry: shown, "The path is \(components.count) levels deep; the limit is \(limits.depth).")
        }
    }

    init(components: [String]) { self.components = components }

    var name: String { components.last ?? "" }
    var parent: ArraySlice<String> { components.dropLast() }
    var joined: String { components.joined(separator: "/") }
    /// For messages.
    var shown: String { Self.shown(joined.utf8) }

    /// What Finder and friends leave in archives: `__MACOSX/`, `.DS_Store`, AppleDouble files.
    var isMacLitter: Bool {
        components.first == "__MACOSX" || name == ".DS_Store" || name.hasPrefix("._")
    }

    /// A name as people may see it: cut at 200 bytes, control characters replaced.
    static func shown(_ raw: some Collection<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: raw.prefix(200), as: UTF8.self).unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            text.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(text) + (raw.count > 200 ? "…" : "")
    }
}
