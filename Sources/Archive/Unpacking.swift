import Glibc

/// Writes the entries of one archive into the staging folder, within the limits.
final class Unpacking {
    let limits: ArchiveLimits
    let ceiling: UInt64
    private let root: Int32
    private let staging: StagingFolder
    private var links = LinkMap()
    private var progress = ProgressLine()
    private var entries = 0
    private var bytes: UInt64 = 0
    private var files = 0
    /// The first components of all entries, as bytes; more than two are not kept.
    private var tops: Set<[UInt8]> = []
    private var hasTopLevelFile = false

    /// - Parameter root: the empty folder; stays the caller's.
    init(root: Int32, limits: ArchiveLimits, archiveBytes: UInt64) {
        self.root = root
        self.limits = limits
        ceiling = limits.ceiling(archiveBytes: archiveBytes)
        staging = StagingFolder(root: root)
    }

    /// Counts an entry before anything is done for it.
    /// - Returns: whether it is to be unpacked.
    func admit(_ entry: ArchiveEntry) throws(UnpackRefusal) -> Bool {
        entries += 1
        progress.tell(entries: entries, bytes: bytes)
        guard entries <= limits.entries else {
            throw UnpackRefusal(
                .tooLarge, entry: entry.path.shown, "The archive has more than \(limits.entries) entries.",
                hint: "Leave out what the server installs itself, such as node_modules.")
        }
        guard entry.size <= ceiling, bytes <= ceiling - entry.size else { throw tooLarge(entry.path) }
        if entry.path.isMacLitter || entry.path.components.isEmpty { return false }
        if tops.count < 2, let top = entry.path.components.first { tops.insert(Array(top.utf8)) }
        if entry.kind != .folder, entry.path.components.count == 1 { hasTopLevelFile = true }
        return true
    }

    func addFolder(_ path: EntryPath) throws(UnpackRefusal) {
        try staging.makeFolder(path)
    }

    func addFile(_ entry: ArchiveEntry, from archive: LibArchive) throws(UnpackRefusal) {
        let file = try staging.createFile(entry.path, isExecutable: entry.isExecutable)
        defer { close(file) }
        let written: UInt64
        do throws(UnpackRefusal) {
            written = try copy(archive, into: file, path: entry.path)
        } catch {
            throw error.naming(entry.path)
        }
        if written < entry.size {
            guard ftruncate(file, off_t(entry.size)) == 0 else { throw .system(errno, "write it", entry: entry.path.shown) }
            bytes += entry.size - written
        }
        files += 1
        guard let modified = archive.modified else { return }
        let times = [modified, modified]
        _ = times.withUnsafeBufferPointer { futimens(file, $0.baseAddress) }  // the time is a courtesy: Last-Modified
    }

    func addLink(_ path: EntryPath, target: [UInt8]) throws(UnpackRefusal) {
        try links.add(path, target: target, limits: limits)
        files += 1
    }

    func addHardLink(_ path: EntryPath, to original: [UInt8]) throws(UnpackRefusal) {
        try staging.createHardLink(path, to: EntryPath(original, limits: limits))
        files += 1
    }

    /// Takes a wrapping folder away and makes the links.
    func finish() throws(UnpackRefusal) -> UnpackReport {
        guard files > 0 else {
            throw UnpackRefusal("The archive is empty.", hint: "Archive the folder of your app, with its files.")
        }
        var stripped: String?
        if !hasTopLevelFile, tops.count == 1, let top = tops.first {
            let name = String(decoding: top, as: UTF8.self)
            if staging.foldersMade > 0 { try staging.strip(name) }
            links.strip()
            stripped = name
        }
        try links.check()
        for link in links.links { try staging.createLink(link.path, target: link.target) }
        return UnpackReport(files: files, folders: staging.foldersMade, bytes: bytes, strippedFolder: stripped)
    }

    // MARK: - Private

    /// - Returns: the end of what was written.
    private func copy(_ archive: LibArchive, into file: Int32, path: EntryPath) throws(UnpackRefusal) -> UInt64 {
        var end: UInt64 = 0
        while let block = try archive.block() {
            let (next, overflow) = UInt64(clamping: block.offset).addingReportingOverflow(UInt64(block.bytes.count))
            guard !overflow, next >= end else { throw .damaged("its blocks overlap", entry: path.shown) }
            guard next <= ceiling, bytes <= ceiling - (next - end) else { throw tooLarge(path) }
            try write(block.bytes, to: file, at: block.offset)
            bytes += next - end
            end = next
            progress.tell(entries: entries, bytes: bytes)
        }
        return end
    }

    private func write(_ block: UnsafeRawBufferPointer, to file: Int32, at offset: Int64) throws(UnpackRefusal) {
        var done = 0
        while done < block.count {
            let wrote = pwrite(file, block.baseAddress?.advanced(by: done), block.count - done, off_t(offset) + done)
            if wrote < 0 && errno == EINTR { continue }
            guard wrote > 0 else { throw .system(wrote < 0 ? errno : ENOSPC, "write it") }
            done += wrote
        }
    }

    private func tooLarge(_ path: EntryPath) -> UnpackRefusal {
        .tooLarge(entry: path.shown, ceiling: ceiling, limits: limits)
    }
}

extension UnpackRefusal {
    func naming(_ path: EntryPath) -> UnpackRefusal {
        var named = self
        named.entry = named.entry ?? path.shown
        return named
    }
}
