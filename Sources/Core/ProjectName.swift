/// The name of a project: `^[a-z][a-z0-9-]{0,30}$`. It becomes a DNS label, a folder and part of a Unix user's remarks.
package struct ProjectName: Hashable, Sendable {
    /// Labels that NodePilot keeps for itself beside the dashboard's host.
    package static let reserved: Set<String> = [
        "admin", "api", "dashboard", "health", "localhost", "mail", "metrics", "nodepilot", "ns1", "ns2", "static",
        "www",
    ]

    package let rawValue: String

    /// - Throws: `.invalidInput` naming the field `name` and the rule that was broken.
    package init(_ text: String) throws(NodePilotError) {
        let rule = "Use 1 to 31 lower-case letters, digits and hyphens, beginning with a letter: shop, my-api."
        guard let first = text.utf8.first else { throw .invalid("name", "is empty", hint: rule) }
        guard text.utf8.count <= 31 else { throw .invalid("name", "is longer than 31 characters", hint: rule) }
        guard isLowercaseLetter(first) else {
            throw .invalid("name", "must begin with a lower-case letter", hint: rule)
        }
        guard text.utf8.allSatisfy({ isLowercaseLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }) else {
            throw .invalid("name", "has a character that is not a lower-case letter, digit or hyphen", hint: rule)
        }
        guard text.utf8.last != UInt8(ascii: "-") else {
            throw .invalid("name", "ends with a hyphen, which no host name may", hint: rule)
        }
        guard !Self.reserved.contains(text) else {
            throw .invalid("name", "“\(text)” is reserved for NodePilot itself", hint: "Choose another name.")
        }
        rawValue = text
    }

    /// The nearest valid name to any text (a file's or folder's name), or nil when nothing of it can be kept.
    package static func suggested(from text: String) -> ProjectName? {
        var label = ""
        for byte in text.utf8 {
            let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
            let kept = isLowercaseLetter(lower) || isDigit(lower)
            if label.isEmpty, !isLowercaseLetter(lower) { continue }
            if kept {
                label.unicodeScalars.append(Unicode.Scalar(lower))
            } else if label.last != "-" {
                label.append("-")
            }
            if label.utf8.count == 31 { break }
        }
        while label.last == "-" { label.removeLast() }
        return try? ProjectName(label)  // nil is the answer when the text has nothing to offer
    }
}

extension ProjectName: CustomStringConvertible {
    package var description: String { rawValue }
}

extension ProjectName: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(String(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try rawValue.encode(to: encoder)
    }
}
