/// A DNS host name in lower case without a trailing dot (RFC 1123 section 2.1, RFC 1035 section 2.3.4), no port, no wildcard.
package struct HostName: Hashable, Sendable {
    package let rawValue: String

    /// - Parameter field: the name of the input's field, for the error.
    /// - Throws: `.invalidInput` with what is wrong with the name.
    package init(_ text: String, field: String = "host") throws(NodePilotError) {
        let rule = "Write a host name such as shop.example.com, without https://, port or path."
        // Lower-casing maps some other letters to ASCII ones (the Kelvin sign to k): those are refused before.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw .invalid(field, "has a character that no host name may have", hint: "Write it in its xn-- form.")
        }
        var name = text.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        guard !name.isEmpty else { throw .invalid(field, "is empty", hint: rule) }
        guard name.utf8.count <= 253 else { throw .invalid(field, "is longer than 253 characters", hint: rule) }
        for label in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard (1...63).contains(label.count) else {
                throw .invalid(field, "each part between dots has 1 to 63 characters", hint: rule)
            }
            guard label.allSatisfy({ isLowercaseLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }) else {
                throw .invalid(field, "has a character that no host name may have", hint: rule)
            }
            guard label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else {
                throw .invalid(field, "a part begins or ends with a hyphen", hint: rule)
            }
        }
        rawValue = name
    }
}

extension HostName: CustomStringConvertible {
    package var description: String { rawValue }
}

extension HostName: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(String(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try rawValue.encode(to: encoder)
    }
}
