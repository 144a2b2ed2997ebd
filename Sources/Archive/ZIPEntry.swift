/// One record of the central directory (APPNOTE 6.3.10, section 4.3.12).
struct ZIPEntry {
    let entry: ArchiveEntry
    /// Of its local header.
    let offset: UInt64
    /// As it stands in the archive.
    let rawName: [UInt8]
    private let compressedSize: UInt64
    private let flags: UInt16
    private let method: UInt16
    private let checksum: UInt32

    /// - Parameter central: the whole record: 46 bytes, name, extra fields, comment.
    init(central: Fields, limits: ArchiveLimits) throws(UnpackRefusal) {
        let nameLength = Int(central.u16(28))
        let host = central.u16(4) >> 8
        rawName = Array(central.slice(46, nameLength))
        let path = try EntryPath(rawName, backslashSeparates: !Self.isUnix(host), limits: limits)
        flags = central.u16(8)
        method = central.u16(10)
        checksum = central.u32(16)
        let sizes = Sizes(central, extra: central.slice(46 + nameLength, Int(central.u16(30))))
        compressedSize = sizes.compressed
        offset = sizes.offset
        try Self.check(flags: flags, method: method, disk: sizes.disk, path: path)
        let mode = Self.isUnix(host) ? central.u32(38) >> 16 : 0
        let looksLikeFolder = rawName.last == UInt8(ascii: "/") || rawName.last == UInt8(ascii: "\\")
        var kind = try ArchiveEntry.kind(mode: mode, path: path)
        if kind == .file, looksLikeFolder || (!Self.isUnix(host) && central.u32(38) & 0x10 != 0) { kind = .folder }
        guard kind != .folder || sizes.unpacked == 0 else {
            throw UnpackRefusal(entry: path.shown, "A folder that has content of its own.")
        }
        guard kind == .folder || !(looksLikeFolder || path.components.isEmpty) else {
            throw UnpackRefusal(entry: Self.shown(rawName), "A file or link without a name.")
        }
        guard kind != .link || sizes.unpacked <= UInt64(clamping: limits.pathBytes) else {
            throw UnpackRefusal(entry: path.shown, "The link's target is longer than \(limits.pathBytes) bytes.")
        }
        entry = ArchiveEntry(
            path: path, kind: kind, isExecutable: kind == .file && mode & 0o100 != 0, size: sizes.unpacked)
    }

    /// Holds the local header (section 4.3.7) against the record.
    /// - Returns: the offset behind the entry's data.
    func endOfData(checkedAgainst file: FileWindow) throws(UnpackRefusal) -> UInt64 {
        let local = try file.fields(at: offset, count: 30)
        let nameLength = Int(local.u16(26))
        guard local.u32(0) == 0x0403_4B50 else {
            throw .damaged("the list of files points to a place where no file is", entry: entry.path.shown)
        }
        let name = try file.fields(at: offset + 30, count: nameLength)
        guard name.bytes.elementsEqual(rawName), local.u16(8) == method, (local.u16(6) ^ flags) & 0x2049 == 0,
            agrees(local.u32(14), UInt64(checksum)), agrees(local.u32(18), compressedSize),
            agrees(local.u32(22), entry.size)
        else {
            throw UnpackRefusal(
                entry: entry.path.shown, "Its header disagrees with the archive's list of files.",
                hint: "Make the archive again with an ordinary ZIP tool.")
        }
        let start = offset + 30 + UInt64(nameLength) + UInt64(local.u16(28))
        let (end, overflow) = start.addingReportingOverflow(compressedSize)
        return overflow ? .max : end
    }

    // MARK: - Private

    /// With a data descriptor (bit 3), a local field may be 0; with zip64, all ones.
    private func agrees(_ local: UInt32, _ central: UInt64) -> Bool {
        UInt64(local) == central || (flags & 8 != 0 && local == 0) || local == .max
    }

    /// Version made by, section 4.4.2: Unix and Darwin keep their modes in the external attributes.
    private static func isUnix(_ host: UInt16) -> Bool { host == 3 || host == 19 }

    private static func shown(_ raw: [UInt8]) -> String { EntryPath.shown(raw) }

    private static func check(flags: UInt16, method: UInt16, disk: UInt32, path: EntryPath) throws(UnpackRefusal) {
        guard flags & 0x2041 == 0 else {
            throw UnpackRefusal(entry: path.shown, "It is encrypted.", hint: "Make the ZIP without a password.")
        }
        guard method == 0 || method == 8 else {
            throw UnpackRefusal(
                entry: path.shown, "It is compressed by a method that is not read here (\(method)).",
                hint: "Use the ordinary ZIP compression (deflate).")
        }
        guard disk == 0 else {
            throw UnpackRefusal(
                entry: path.shown, "It is in another part of a multi-part ZIP.",
                hint: "Upload an archive that is in one file.")
        }
    }

    /// The fields that the zip64 extra field widens, in its order (section 4.5.3).
    private struct Sizes {
        var unpacked, compressed, offset: UInt64
        var disk: UInt32

        init(_ central: Fields, extra: ArraySlice<UInt8>) {
            unpacked = UInt64(central.u32(24))
            compressed = UInt64(central.u32(20))
            offset = UInt64(central.u32(42))
            disk = UInt32(central.u16(34))
            var rest = extra
            while rest.count >= 4 {
                let head = Fields(bytes: rest)
                let body = head.slice(4, Int(head.u16(2)))
                if head.u16(0) == 1 {
                    widen(body)
                    return
                }
                rest = rest.dropFirst(4 + Int(head.u16(2)))
            }
        }

        private mutating func widen(_ body: ArraySlice<UInt8>) {
            var rest = body
            func next(_ width: Int) -> UInt64 {
                defer { rest = rest.dropFirst(width) }
                return width == 8 ? Fields(bytes: rest).u64(0) : UInt64(Fields(bytes: rest).u32(0))
            }
            if unpacked == UInt64(UInt32.max), rest.count >= 8 { unpacked = next(8) }
            if compressed == UInt64(UInt32.max), rest.count >= 8 { compressed = next(8) }
            if offset == UInt64(UInt32.max), rest.count >= 8 { offset = next(8) }
            if disk == UInt32(UInt16.max), rest.count >= 4 { disk = UInt32(next(4)) }
        }
    }
}
