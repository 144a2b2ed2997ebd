import Core

/// What the header of one part says (RFC 7578 section 4): its name and, for files, the name of the file.
struct MultipartHeader: Equatable {
    static let nameLimit = 128
    static let fileNameLimit = 1024

    let name: String
    let fileName: String?

    /// - Parameter bytes: the header without the empty line that ends it.
    init(_ bytes: [UInt8]) throws(NodePilotError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw malformed("a part's header is not valid UTF-8")
        }
        var disposition: String?
        for line in try Self.lines(text) {
            let (field, value) = try Self.split(line)
            switch field {
            case "content-disposition":
                guard disposition == nil else { throw malformed("a part has two Content-Dispositions") }
                disposition = value
            case "content-transfer-encoding":
                guard ["binary", "8bit", "7bit"].contains(value.lowercased()) else {
                    throw malformed("a part is encoded as “\(value)”")
                }
            default: break
            }
        }
        guard let disposition else { throw malformed("a part has no Content-Disposition") }
        (name, fileName) = try Self.names(disposition)
    }

    // MARK: - Private

    private static func lines(_ text: String) throws(NodePilotError) -> [Substring.UTF8View] {
        var lines: [Substring.UTF8View] = []
        var rest = text.utf8[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            lines.append(rest[..<end])
            rest = rest[end...].dropFirst()
            guard rest.popFirst() == UInt8(ascii: "\n") else { throw malformed("a part's header has a lone CR") }
        }
        lines.append(rest)
        for line in lines where line.contains(UInt8(ascii: "\n")) || line.contains(0) {
            throw malformed("a part's header has a lone LF or a NUL")
        }
        return lines
    }

    private static func split(_ line: Substring.UTF8View) throws(NodePilotError) -> (field: String, value: String) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            throw malformed("a line of a part's header has no name")
        }
        let field = line[..<colon]
        // A name that begins with a space would be a folded line (RFC 9112 section 5.2).
        guard field.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }) else {
            throw malformed("a part's header has a name that is none, or a folded line")
        }
        var value = line[colon...].dropFirst()
        while let byte = value.first, isBlank(byte) { value.removeFirst() }
        while let byte = value.last, isBlank(byte) { value.removeLast() }
        return (String(Substring(field)).lowercased(), String(Substring(value)))
    }

    private static func names(_ disposition: String) throws(NodePilotError) -> (String, String?) {
        var scanner = ParameterScanner(disposition)
        guard scanner.word().lowercased() == "form-data" else { throw malformed("a part is not form-data") }
        var found: [String: String] = [:]
        while let (name, value) = try scanner.parameter() {
            guard found.updateValue(value, forKey: name) == nil else {
                throw malformed("a part's Content-Disposition says “\(name)” twice")
            }
        }
        guard let name = found["name"], (1...nameLimit).contains(name.utf8.count), !hasControls(name) else {
            throw malformed(
                "a part has no name, or one that is longer than \(nameLimit) bytes or has control characters")
        }
        let fileName = found["filename"]
        if let fileName, fileName.utf8.count > fileNameLimit || hasControls(fileName) {
            throw malformed("a file's name is longer than \(fileNameLimit) bytes or has control characters")
        }
        return (name, fileName)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func hasControls(_ text: String) -> Bool {
        text.utf8.contains { $0 < 0x20 || $0 == 0x7f }
    }
}
