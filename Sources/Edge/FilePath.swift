/// The path of a request as names of folders and a file below a root.
struct FilePath: Equatable {
    var names: [String]
    /// It ended with a slash (or is empty): a folder is meant.
    var isFolder: Bool

    enum Failure: Error {
        /// What no honest request has: `..`, NUL, a backslash, a broken escape.
        case refused
        /// A dot file: it is as if it were not there.
        case hidden
    }

    /// - Parameter target: origin form, with its query.
    init(_ target: String) throws(Failure) {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard path.first == UInt8(ascii: "/") else { throw .refused }
        isFolder = path.last == UInt8(ascii: "/")
        names = []
        for part in path.split(separator: UInt8(ascii: "/")) {
            let name = try Self.decoded(part)
            // Shared names for what is not the site's content but about the site (RFC 8615).
            let isWellKnown = names.isEmpty && name == ".well-known"
            guard isWellKnown || name.utf8.first != UInt8(ascii: ".") else {
                throw name == "." || name == ".." ? .refused : .hidden
            }
            names.append(name)
        }
    }

    // MARK: - Private

    private static func decoded(_ part: Substring.UTF8View.SubSequence) throws(Failure) -> String {
        var bytes: [UInt8] = []
        var rest = part[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(ASCII.hexValue), let low = rest.popFirst().flatMap(ASCII.hexValue)
            else { throw .refused }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }),
            bytes.count <= 255, let name = String(validating: bytes, as: UTF8.self)
        else { throw .refused }
        return name
    }
}
