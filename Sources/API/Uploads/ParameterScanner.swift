import Core

/// Reads `form-data; name="file"; filename="shop.zip"` and media types with their parameters (RFC 9110 section 5.6.6).
struct ParameterScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    /// What stands before the first `;`, without blanks around it.
    mutating func word() -> String {
        skipBlanks()
        return take { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    }

    /// - Returns: the next parameter, its name in lower case; nil at the end.
    mutating func parameter() throws(NodePilotError) -> (name: String, value: String)? {
        skipBlanks()
        guard let byte = rest.popFirst() else { return nil }
        guard byte == UInt8(ascii: ";") else { throw broken }
        skipBlanks()
        if rest.isEmpty { return nil }
        let name = take { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "*") }
        guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { throw broken }
        if rest.first == UInt8(ascii: "\"") { return (name.lowercased(), try quoted()) }
        let value = take { $0 != UInt8(ascii: ";") && $0 > 0x20 && $0 != UInt8(ascii: "\"") }
        return (name.lowercased(), value)
    }

    // MARK: - Private

    /// Only `\"` and `\\` are escapes: browsers send a backslash of a file's name as it is.
    private mutating func quoted() throws(NodePilotError) -> String {
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), let next = rest.first, next == UInt8(ascii: "\"") || next == byte {
                rest.removeFirst()
                bytes.append(next)
            } else {
                bytes.append(byte)
            }
        }
        throw broken
    }

    private var broken: NodePilotError { malformed("the parameters of one of its header lines are broken") }

    private mutating func skipBlanks() {
        while let byte = rest.first, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { rest.removeFirst() }
    }

    private mutating func take(while matches: (UInt8) -> Bool) -> String {
        let part = rest.prefix(while: matches)
        rest = rest[part.endIndex...]
        return String(Substring(part))
    }
}
