/// The shape of a JSON text: which members it has, not what they are.
enum JSONTree: Decodable {
    case object([String: JSONTree])
    case array([JSONTree])
    case scalar
    case null

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        // Trying one shape after the other is what single-value containers offer; no error is lost by it.
        if single.decodeNil() {
            self = .null
        } else if let members = try? single.decode([String: JSONTree].self) {
            self = .object(members)
        } else if let elements = try? single.decode([JSONTree].self) {
            self = .array(elements)
        } else {
            self = .scalar
        }
    }

    /// The paths of members that `other` lacks; a member that is null is taken for one that was left out.
    func members(missingIn other: JSONTree, under path: String = "") -> [String] {
        switch (self, other) {
        case (.object(let mine), .object(let theirs)):
            return mine.sorted { $0.key < $1.key }.flatMap { name, value -> [String] in
                let path = path.isEmpty ? name : "\(path).\(name)"
                if case .null = value { return [] }
                guard let their = theirs[name] else { return [path] }
                return value.members(missingIn: their, under: path)
            }
        case (.array(let mine), .array(let theirs)):
            return zip(mine, theirs).enumerated().flatMap { index, pair in
                pair.0.members(missingIn: pair.1, under: "\(path)[\(index)]")
            }
        default: return []
        }
    }
}
