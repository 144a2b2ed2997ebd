/// `host [":" port]` of a Host field or an absolute request-target (RFC 3986 section 3.2).
struct Authority: Equatable {
    /// In lower case, without port and trailing dot; an IPv6 address without its brackets.
    var host: String
    var isIPAddress: Bool

    /// Nil for what is no host that a request could be meant for: user information, an empty name, strange characters.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first, bytes.count <= 300 else { return nil }
        let isBracketed = first == UInt8(ascii: "[")
        let nameEnd: Int
        if isBracketed {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            nameEnd = bracket + 1
        } else {
            nameEnd = bytes.firstIndex(of: ASCII.colon) ?? bytes.count
        }
        guard Self.isPort(UnsafeRawBufferPointer(rebasing: bytes[nameEnd...])) else { return nil }
        var name = UnsafeRawBufferPointer(rebasing: isBracketed ? bytes[1..<nameEnd - 1] : bytes[..<nameEnd])
        if !isBracketed, name.last == UInt8(ascii: ".") { name = UnsafeRawBufferPointer(rebasing: name.dropLast()) }
        guard !name.isEmpty, name.allSatisfy(isBracketed ? Self.isAddressByte : Self.isNameByte) else { return nil }
        isIPAddress = isBracketed || Self.isIPv4(name)
        host = String(unsafeUninitializedCapacity: name.count) { target in
            for (index, byte) in name.enumerated() { target[index] = ASCII.lowercased(byte) }
            return name.count
        }
    }

    // MARK: - Private

    private static func isPort(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let colon = text.first else { return true }
        let digits = text.dropFirst()
        guard colon == ASCII.colon, digits.count <= 5, digits.allSatisfy(ASCII.isDigit) else { return false }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65_535
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        let lower = ASCII.lowercased(byte)
        return ASCII.isDigit(byte) || lower &- 0x61 < 26 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_")
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        ASCII.hexValue(byte) != nil || byte == ASCII.colon || byte == UInt8(ascii: ".")
    }

    private static func isIPv4(_ name: UnsafeRawBufferPointer) -> Bool {
        var numbers = 0
        for part in name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard (1...3).contains(part.count), part.allSatisfy(ASCII.isDigit) else { return false }
            guard part.reduce(0, { $0 * 10 + Int($1 - 0x30) }) <= 255 else { return false }
            numbers += 1
        }
        return numbers == 4
    }
}
