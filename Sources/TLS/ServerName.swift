/// The server name indication of a client (RFC 6066 section 3), which may be any bytes.
enum ServerName {
    /// - Returns: the name in lower case and without a trailing dot, or nil if it is no host name.
    static func parse(_ bytes: some Sequence<UInt8>) -> String? {
        var name: [UInt8] = []
        for byte in bytes {
            guard name.count < 255, let lowered = lowercasedHostByte(byte) else { return nil }
            name.append(lowered)
        }
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }

    // MARK: - Private

    private static func lowercasedHostByte(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): byte
        default: nil
        }
    }
}
