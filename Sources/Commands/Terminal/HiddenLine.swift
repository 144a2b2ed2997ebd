/// A line that is typed while the terminal shows and interprets nothing.
package struct HiddenLine: Sendable {
    package enum Result: Equatable, Sendable {
        case more
        case done(String)
        case cancelled
    }

    private var bytes: [UInt8] = []

    package init() {}

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func receive(_ byte: UInt8) -> Result {
        switch byte {
        case 0x0a, 0x0d: return .done(text)
        case 0x03: return .cancelled
        case 0x04: return bytes.isEmpty ? .cancelled : .done(text)
        case 0x7f, 0x08: eraseCharacter()
        case 0x15: bytes.removeAll()
        case 0x00..<0x20: break
        default: bytes.append(byte)
        }
        return .more
    }

    // MARK: - Private

    /// Back over the continuation bytes of UTF-8 to the character's first.
    private mutating func eraseCharacter() {
        while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
    }
}
