/// The end of a ZIP: where its central directory is (APPNOTE 6.3.10, sections 4.3.14 to 4.3.16).
struct ZIPEnd {
    let entries: UInt64
    let directoryOffset: UInt64
    let directorySize: UInt64

    init(_ file: FileWindow) throws(UnpackRefusal) {
        let (position, record) = try Self.find(in: file)
        let classic = Classic(record)
        if position >= 20 {
            let locator = try file.fields(at: position - 20, count: 20)
            if locator.u32(0) == 0x0706_4B50 {
                self = try Self.zip64(file, locator: locator, position: position - 20, classic: classic)
                return
            }
        }
        guard classic.disk == 0, classic.directoryDisk == 0, classic.entries == classic.entriesHere else {
            throw Self.multiDisk
        }
        try self.init(
            entries: UInt64(classic.entries), offset: UInt64(classic.offset), size: UInt64(classic.size), end: position)
    }

    // MARK: - Private

    private static let multiDisk = UnpackRefusal(
        "The ZIP is one part of several.", hint: "Upload an archive that is in one file.")

    private struct Classic {
        let disk, directoryDisk, entriesHere, entries: UInt16
        let size, offset: UInt32

        init(_ record: Fields) {
            disk = record.u16(4)
            directoryDisk = record.u16(6)
            entriesHere = record.u16(8)
            entries = record.u16(10)
            size = record.u32(12)
            offset = record.u32(16)
        }
    }

    private init(entries: UInt64, offset: UInt64, size: UInt64, end: UInt64) throws(UnpackRefusal) {
        // A directory that is not exactly in front of its end record reads differently in different tools.
        guard offset <= end, size == end - offset else {
            throw .damaged("its list of files is not where its end says")
        }
        self.entries = entries
        directoryOffset = offset
        directorySize = size
    }

    /// The last end record whose comment reaches exactly to the end of the file.
    private static func find(in file: FileWindow) throws(UnpackRefusal) -> (UInt64, Fields) {
        let length = Int(min(file.size, 22 + 65_535))
        let start = file.size - UInt64(length)
        let tail = try file.fields(at: start, count: length)
        var at = length - 22
        while at >= 0 {
            if tail.u32(at) == 0x0605_4B50, Int(tail.u16(at + 20)) == length - 22 - at {
                return (start + UInt64(at), Fields(bytes: tail.slice(at, 22)))
            }
            at -= 1
        }
        throw .damaged("its end is missing, as if the upload or the ZIP were cut short")
    }

    private static func zip64(
        _ file: FileWindow, locator: Fields, position: UInt64, classic: Classic
    ) throws(UnpackRefusal) -> ZIPEnd {
        guard locator.u32(4) == 0, locator.u32(16) <= 1 else { throw multiDisk }
        let offset = locator.u64(8)
        let record = try file.fields(at: offset, count: 56)
        guard record.u32(0) == 0x0606_4B50, offset <= position, record.u64(4) == position - offset - 12 else {
            throw .damaged("its zip64 end record is not where its locator says")
        }
        guard record.u32(16) == 0, record.u32(20) == 0, record.u64(24) == record.u64(32) else { throw multiDisk }
        let end = try ZIPEnd(entries: record.u64(32), offset: record.u64(48), size: record.u64(40), end: offset)
        let agrees =
            (classic.entries == .max || UInt64(classic.entries) == end.entries)
            && (classic.offset == .max || UInt64(classic.offset) == end.directoryOffset)
            && (classic.size == .max || UInt64(classic.size) == end.directorySize)
        guard agrees else { throw .damaged("its two end records disagree") }
        return end
    }
}
