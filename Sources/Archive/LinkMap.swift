/// The symbolic links of an archive. They are made last, when every file is in place, and only if none leads out.
///
/// A link's target is walked component by component with the other links followed, as the kernel would: `x/..` with
/// `x` a link is not where it seems to be. What a target names need not exist (an install may make it).
struct LinkMap {
    private(set) var links: [(path: EntryPath, target: String)] = []
    /// By the path's bytes: Swift's strings would take two spellings of é for one, the file system does not.
    private var targets: [[UInt8]: String] = [:]
    /// Walking is bounded over all links: chains of long targets would otherwise cost minutes.
    private var stepsLeft = 1_000_000

    mutating func add(_ path: EntryPath, target raw: [UInt8], limits: ArchiveLimits) throws(UnpackRefusal) {
        guard !raw.isEmpty, raw.count <= limits.pathBytes, !raw.contains(0),
            let target = String(validating: raw, as: UTF8.self)
        else { throw UnpackRefusal(entry: path.shown, "A link whose target is not a path.") }
        guard raw.first != UInt8(ascii: "/") else {
            throw UnpackRefusal(
                entry: path.shown, "A link to an absolute path (\(EntryPath.shown(raw))).",
                hint: "Use a relative link to something inside the app.")
        }
        guard targets.updateValue(target, forKey: Array(path.joined.utf8)) == nil else {
            throw UnpackRefusal(entry: path.shown, "The archive has this name twice.")
        }
        links.append((path, target))
    }

    /// Forgets the folder that wrapped everything.
    mutating func strip() {
        links = links.map { (EntryPath(components: Array($0.path.components.dropFirst())), $0.target) }
        targets = Dictionary(links.map { (Array($0.path.joined.utf8), $0.target) }) { first, _ in first }
    }

    /// - Throws: naming the first link that leads out of the folder or in circles.
    mutating func check() throws(UnpackRefusal) {
        for link in links { try walk(link.path, link.target) }
    }

    // MARK: - Private

    private mutating func walk(_ path: EntryPath, _ target: String) throws(UnpackRefusal) {
        var place = Array(path.parent)
        var ahead = Self.reversedParts(target)
        var hops = 0
        while let part = ahead.popLast() {
            stepsLeft -= 1
            guard stepsLeft > 0 else { throw UnpackRefusal(entry: path.shown, "Too many links through links.") }
            if part == "" || part == "." { continue }
            if part == ".." {
                guard place.popLast() != nil else {
                    throw UnpackRefusal(
                        entry: path.shown, "A link that leads out of the release (\(EntryPath.shown(target.utf8))).",
                        hint: "Use a link to something inside the app, or archive the file itself.")
                }
                continue
            }
            place.append(part)
            guard let next = targets[Array(place.joined(separator: "/").utf8)] else { continue }
            hops += 1
            guard hops <= 40 else { throw UnpackRefusal(entry: path.shown, "A link that leads in circles.") }
            place.removeLast()
            ahead.append(contentsOf: Self.reversedParts(next))
        }
    }

    private static func reversedParts(_ target: String) -> [String] {
        // By bytes: as characters, a slash with a combining accent behind it would be no slash.
        target.utf8.split(separator: UInt8(ascii: "/")).reversed().map { String(Substring($0)) }
    }
}
