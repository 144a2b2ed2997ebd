/// Writes ustar archives byte by byte, and gzip around them in stored blocks.
struct TarWriter {
    struct Entry {
        var name: String
        var content: [UInt8] = []
        /// `0` file, `1` hard link, `2` symbolic link, `3` character device, `4` block device, `5` folder, `6` FIFO, …
        var type: Character = "0"
        var linkTarget = ""
        var mode: UInt32 = 0o644
        /// What the header says, where it is to lie.
        var declaredSize: UInt64?

        init(_ name: String, _ content: String = "", type: Character = "0", linkTarget: String = "", mode: UInt32 = 0o644) {
            self.name = name
            self.content = Array(content.utf8)
            self.type = type
            self.linkTarget = linkTarget
            self.mode = mode
        }

        /// A pax header that gives the next entry's records.
        static func pax(_ records: [(String, String)]) -> Entry {
            Entry("PaxHeader", records.map(record).joined(), type: "x")
        }

        private static func record(_ key: String, _ value: String) -> String {
            let body = " \(key)=\(value)\n"
            var length = body.utf8.count
            while String(length).utf8.count + body.utf8.count != length { length = String(length).utf8.count + body.utf8.count }
            return "\(length)\(body)"
        }
    }

    static func archive(_ entries: Entry...) -> [UInt8] { Gzip.stored(tar(entries)) }

    static func tar(_ entries: [Entry], hasEnd: Bool = true) -> [UInt8] {
        entries.flatMap(block) + (hasEnd ? [UInt8](repeating: 0, count: 1024) : [])
    }

    // MARK: - Private

    private static func block(_ entry: Entry) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ offset: Int, _ width: Int) {
            for (index, byte) in text.utf8.prefix(width).enumerated() { header[offset + index] = byte }
        }
        func octal(_ number: UInt64, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: max(0, width - 1 - digits.count)) + digits
        }
        put(entry.name, 0, 100)
        put(octal(UInt64(entry.mode), 8), 100, 7)
        put(octal(0, 8), 108, 7)
        put(octal(0, 8), 116, 7)
        put(octal(entry.declaredSize ?? UInt64(entry.content.count), 12), 124, 11)
        put(octal(1_700_000_000, 12), 136, 11)
        put("        ", 148, 8)
        put(String(entry.type), 156, 1)
        put(entry.linkTarget, 157, 100)
        put("ustar", 257, 5)
        put("00", 263, 2)
        put(octal(header.reduce(0) { $0 + UInt64($1) }, 7), 148, 6)
        header[154] = 0
        return header + entry.content + [UInt8](repeating: 0, count: (512 - entry.content.count % 512) % 512)
    }
}

enum Gzip {
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            out += [rest.isEmpty ? 1 : 0] + le16(UInt16(block.count)) + le16(~UInt16(block.count)) + block
        } while !rest.isEmpty
        return out + le32(CRC32.of(bytes)) + le32(UInt32(truncatingIfNeeded: bytes.count))
    }
}
