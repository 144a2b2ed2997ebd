/// Cuts a stream of bytes into lines without ever holding more than one of them.
struct LineCutter {
    static let maximumBytes = 8 * 1024

    private var line: [UInt8] = []
    private var isFull = false

    /// The lines that `bytes` complete.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(finishLine())
            } else if line.count < Self.maximumBytes {
                line.append(byte)
            } else {
                isFull = true
            }
        }
        return lines
    }

    /// What came after the last newline, if anything did.
    mutating func finish() -> String? {
        line.isEmpty ? nil : finishLine()
    }

    // MARK: - Private

    private mutating func finishLine() -> String {
        defer {
            line.removeAll(keepingCapacity: true)
            isFull = false
        }
        if isFull {
            // Not in the middle of a character.
            var end = line.count
            while end > 0, end > line.count - 4, line[end - 1] & 0xC0 == 0x80 { end -= 1 }
            if end > 0, line[end - 1] >= 0xC0 { line.removeSubrange((end - 1)...) }
        } else if line.last == UInt8(ascii: "\r") {
            line.removeLast()
        }
        return String(decoding: line, as: UTF8.self)
    }
}
