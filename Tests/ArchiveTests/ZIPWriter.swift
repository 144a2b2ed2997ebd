/// Writes ZIP files byte by byte, also those that no tool would write.
struct ZIPWriter {
    struct Entry {
        var name: [UInt8]
        /// What the local header says, where it is to lie.
        var localName: [UInt8]?
        var content: [UInt8] = []
        var mode: UInt32 = 0o100644
        /// 3 is Unix, 0 is Windows.
        var host: UInt16 = 3
        var flags: UInt16 = 0
        var method: UInt16 = 0
        var checksum: UInt32?
        var declaredSize: UInt32?
        var localSize: UInt32?
        var disk: UInt16 = 0
        /// Sizes behind the data instead of in front (bit 3).
        var hasDescriptor = false
        /// Sizes and offset in the zip64 extra field.
        var isZIP64 = false
        /// The offset of the entry whose local header is to be used instead of an own one.
        var sharesHeaderOf: Int?

        init(_ name: String, _ content: String = "", mode: UInt32 = 0o100644) {
            self.name = Array(name.utf8)
            self.content = Array(content.utf8)
            self.mode = mode
        }

        init(bytes name: [UInt8]) { self.name = name }

        static func link(_ name: String, _ target: String) -> Entry { Entry(name, target, mode: 0o120777) }

        func with(_ change: (inout Entry) -> Void) -> Entry {
            var copy = self
            change(&copy)
            return copy
        }
    }

    var entries: [Entry]
    var diskNumber: UInt16 = 0
    var hasZIP64End = false
    var comment: [UInt8] = []

    init(_ entries: [Entry]) { self.entries = entries }

    static func archive(_ entries: Entry...) -> [UInt8] { ZIPWriter(entries).bytes() }

    func bytes() -> [UInt8] {
        var out: [UInt8] = []
        var offsets: [UInt64] = []
        for entry in entries {
            if let other = entry.sharesHeaderOf {
                offsets.append(offsets[other])
                continue
            }
            offsets.append(UInt64(out.count))
            out += local(entry)
        }
        let start = UInt64(out.count)
        for (entry, offset) in zip(entries, offsets) { out += central(entry, offset: offset) }
        let size = UInt64(out.count) - start
        if hasZIP64End { out += zip64End(start: start, size: size) }
        return out + end(start: start, size: size)
    }

    // MARK: - Private

    private func local(_ entry: Entry) -> [UInt8] {
        let name = entry.localName ?? entry.name
        let size = entry.hasDescriptor ? 0 : entry.localSize ?? size(of: entry)
        let checksum = entry.checksum ?? CRC32.of(entry.content)
        var out = le32(0x0403_4B50) + le16(entry.isZIP64 ? 45 : 20) + le16(flags(of: entry)) + le16(entry.method)
        out += le16(0) + le16(0x5A21) + le32(entry.hasDescriptor ? 0 : checksum)
        out += le32(entry.isZIP64 ? .max : entry.hasDescriptor ? 0 : UInt32(entry.content.count))
        out += le32(entry.isZIP64 ? .max : size) + le16(UInt16(name.count))
        let extra = entry.isZIP64 ? le16(1) + le16(16) + le64(UInt64(size)) + le64(UInt64(entry.content.count)) : []
        out += le16(UInt16(extra.count)) + name + extra + entry.content
        if entry.hasDescriptor {
            out += le32(0x0807_4B50) + le32(checksum) + le32(UInt32(entry.content.count)) + le32(self.size(of: entry))
        }
        return out
    }

    private func central(_ entry: Entry, offset: UInt64) -> [UInt8] {
        var extra: [UInt8] = []
        if entry.isZIP64 {
            let count = UInt64(entry.content.count)
            extra = le16(1) + le16(24) + le64(UInt64(size(of: entry))) + le64(count) + le64(offset)
        }
        var out = le32(0x0201_4B50) + le16(entry.host << 8 | 20) + le16(20) + le16(flags(of: entry)) + le16(entry.method)
        out += le16(0) + le16(0x5A21) + le32(entry.checksum ?? CRC32.of(entry.content))
        out += le32(entry.isZIP64 ? .max : UInt32(entry.content.count)) + le32(entry.isZIP64 ? .max : size(of: entry))
        out += le16(UInt16(entry.name.count)) + le16(UInt16(extra.count)) + le16(0) + le16(entry.disk) + le16(0)
        out += le32(entry.mode << 16) + le32(entry.isZIP64 ? .max : UInt32(offset)) + entry.name + extra
        return out
    }

    private func end(start: UInt64, size: UInt64) -> [UInt8] {
        let count: UInt16 = hasZIP64End ? .max : UInt16(truncatingIfNeeded: entries.count)
        var out = le32(0x0605_4B50) + le16(diskNumber) + le16(diskNumber) + le16(count) + le16(count)
        out += le32(hasZIP64End ? .max : UInt32(size)) + le32(hasZIP64End ? .max : UInt32(start))
        return out + le16(UInt16(comment.count)) + comment
    }

    private func zip64End(start: UInt64, size: UInt64) -> [UInt8] {
        let position = start + size
        var out = le32(0x0606_4B50) + le64(44) + le16(45) + le16(45) + le32(0) + le32(0)
        out += le64(UInt64(entries.count)) + le64(UInt64(entries.count)) + le64(size) + le64(start)
        return out + le32(0x0706_4B50) + le32(0) + le64(position) + le32(1)
    }

    private func size(of entry: Entry) -> UInt32 { entry.declaredSize ?? UInt32(entry.content.count) }
    private func flags(of entry: Entry) -> UInt16 { entry.flags | (entry.hasDescriptor ? 8 : 0) }
}

func le16(_ number: UInt16) -> [UInt8] { withUnsafeBytes(of: number.littleEndian, Array.init) }
func le32(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.littleEndian, Array.init) }
func le64(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.littleEndian, Array.init) }

/// The checksum of ZIP and gzip (RFC 1952 section 8), bit by bit.
enum CRC32 {
    static func of(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
