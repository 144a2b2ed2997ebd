import Glibc

/// Finds lines in what was appended to a data file. Pure: bytes in, records out.
struct LogScanner {
    /// Where the line begins that has no newline yet.
    private(set) var lineStart: Int
    /// Where the data ends.
    private(set) var end: Int

    init(lineStart: Int, end: Int) {
        self.lineStart = lineStart
        self.end = end
    }

    var openLineBytes: Int { end - lineStart }

    /// The lines that `bytes`, which stand at `end` of the file, complete. A line longer than the limit comes in pieces.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ found: (_ offset: Int, _ length: Int) -> Void) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        let start = end
        var position = 0
        while position < bytes.count, let hit = memchr(base + position, 0x0A, bytes.count - position) {
            let newline = UnsafeRawPointer(hit) - base
            cut(until: start + newline, bytes, at: start, found)
            found(lineStart, start + newline - lineStart)
            lineStart = start + newline + 1
            position = newline + 1
        }
        end = start + bytes.count
        cut(until: end, bytes, at: start, found)
    }

    /// What is left without a newline becomes a line.
    mutating func finish(_ found: (_ offset: Int, _ length: Int) -> Void) {
        guard openLineBytes > 0 else { return }
        found(lineStart, openLineBytes)
        lineStart = end
    }

    // MARK: - Private

    private mutating func cut(
        until limit: Int, _ bytes: UnsafeRawBufferPointer, at start: Int, _ found: (Int, Int) -> Void
    ) {
        while limit - lineStart > LogLimits.longestLine {
            var piece = LogLimits.longestLine
            // Not in the middle of a character, as far as it can be seen.
            for back in 0..<4 {
                let index = lineStart + LogLimits.longestLine - back - start
                guard bytes.indices.contains(index) else { break }
                if bytes[index] & 0xC0 != 0x80 {
                    piece = LogLimits.longestLine - back
                    break
                }
            }
            found(lineStart, piece)
            lineStart += piece
        }
    }
}
