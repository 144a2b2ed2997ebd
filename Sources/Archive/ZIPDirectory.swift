/// The entries of a ZIP by its central directory, held against their local headers before anything is unpacked.
///
/// libarchive reads the bytes, but cuts names at a NUL, takes them from the local header and tolerates overlaps. What
/// may be unpacked is decided here; afterwards the two readers are compared entry by entry (`ZIPReading`).
struct ZIPDirectory {
    /// In the order of their place in the file, which is libarchive's order too.
    private(set) var entries: [ZIPEntry] = []
    private(set) var unpackedBytes: UInt64 = 0

    init(descriptor: Int32, limits: ArchiveLimits) throws(UnpackRefusal) {
        let file = try FileWindow(descriptor, chunk: 256 * 1024)
        let end = try ZIPEnd(file)
        guard end.entries <= UInt64(clamping: limits.entries) else {
            throw UnpackRefusal(
                .tooLarge, "The archive has \(end.entries) entries; the limit is \(limits.entries).",
                hint: "Leave out what the server installs itself, such as node_modules.")
        }
        try read(file, end: end, limits: limits)
        entries.sort { $0.offset < $1.offset }
        try compareLocalHeaders(FileWindow(descriptor, chunk: 16 * 1024), directoryOffset: end.directoryOffset)
    }

    // MARK: - Private

    private mutating func read(_ file: FileWindow, end: ZIPEnd, limits: ArchiveLimits) throws(UnpackRefusal) {
        let ceiling = limits.ceiling(archiveBytes: file.size)
        var position = end.directoryOffset
        let limit = end.directoryOffset + end.directorySize
        for _ in 0..<end.entries {
            let head = try file.fields(at: position, count: 46)
            guard head.u32(0) == 0x0201_4B50 else { throw .damaged("its list of files is not readable") }
            let length = 46 + Int(head.u16(28)) + Int(head.u16(30)) + Int(head.u16(32))
            let entry = try ZIPEntry(central: file.fields(at: position, count: length), limits: limits)
            position += UInt64(length)
            guard position <= limit else { throw .damaged("its list of files is longer than its end says") }
            entries.append(entry)
            let (sum, overflow) = unpackedBytes.addingReportingOverflow(entry.entry.size)
            guard !overflow, sum <= ceiling else {
                throw .tooLarge(entry: entry.entry.path.shown, ceiling: ceiling, limits: limits)
            }
            unpackedBytes = sum
        }
        guard position == limit else { throw .damaged("its list of files is shorter than its end says") }
    }

    private func compareLocalHeaders(_ file: FileWindow, directoryOffset: UInt64) throws(UnpackRefusal) {
        for (index, entry) in entries.enumerated() {
            let next = index + 1 < entries.count ? entries[index + 1].offset : directoryOffset
            let end = try entry.endOfData(checkedAgainst: file)
            guard end <= next else {
                throw UnpackRefusal(
                    entry: entry.entry.path.shown, "Its data overlaps with that of another entry.",
                    hint: "Make the archive again with an ordinary ZIP tool.")
            }
        }
    }
}

extension UnpackRefusal {
    static func tooLarge(entry: String?, ceiling: UInt64, limits: ArchiveLimits) -> UnpackRefusal {
        if ceiling < limits.unpackedBytes {
            return UnpackRefusal(
                .tooLarge, entry: entry,
                "The archive unpacks to more than \(limits.ratio) times its own size, as only a ZIP bomb does.")
        }
        return UnpackRefusal(
            .tooLarge, entry: entry, "The archive unpacks to more than \(limits.unpackedBytes >> 20) MB.",
            hint: "Leave out what the server installs itself, such as node_modules.")
    }
}
