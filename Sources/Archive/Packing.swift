import Core
import Glibc

/// One folder on its way into a ZIP.
struct Packing {
    private let root: Int32
    private let output: Int32
    private let zip: ZIPOutput
    private let rules: PackRules
    private let identity: (device: dev_t, inode: ino_t)
    private let onProgress: (PackProgress) -> Void
    private var links = LinkMap()
    private var progress = PackProgress(files: 0, bytes: 0)

    init(root: Int32, output: Int32, onProgress: @escaping (PackProgress) -> Void) throws(NodePilotError) {
        self.root = root
        self.output = output
        self.onProgress = onProgress
        zip = try ZIPOutput(output)
        rules = try PackRules(Self.ignoreFile(in: root))
        var status = stat()
        fstat(output, &status)
        identity = (status.st_dev, status.st_ino)
    }

    mutating func run() throws(NodePilotError) -> PackReport {
        do throws(UnpackRefusal) {
            try add(folder: root, path: [])
            try links.check()
        } catch {
            throw error.error
        }
        guard progress.files > 0 else {
            throw NodePilotError(
                .unprocessable, "The folder has nothing to deploy.", hint: "Name the folder with your app's files.")
        }
        try zip.finish()
        var status = stat()
        fstat(output, &status)
        return PackReport(files: progress.files, bytes: progress.bytes, archiveBytes: UInt64(clamping: status.st_size))
    }

    // MARK: - Private

    private mutating func add(folder: Int32, path: [String]) throws(UnpackRefusal) {
        let names = try FolderContent.names(of: folder).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in names {
            let place = path + [name]
            let shown = place.joined(separator: "/")
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw .system(errno, "read it", entry: shown)
            }
            let kind = status.st_mode & S_IFMT
            // The archive itself may be written into the folder.
            if status.st_dev == identity.device && status.st_ino == identity.inode { continue }
            if rules.leavesOut(shown, name: name, isFolder: kind == S_IFDIR) { continue }
            switch kind {
            case S_IFDIR: try enter(name, of: folder, path: place)
            case S_IFLNK: try addLink(name, of: folder, path: place, status)
            case S_IFREG: try addFile(name, of: folder, path: place)
            default: continue
            }
        }
    }

    private mutating func enter(_ name: String, of folder: Int32, path: [String]) throws(UnpackRefusal) {
        let shown = path.joined(separator: "/")
        guard path.count <= ArchiveLimits().depth else { throw UnpackRefusal(entry: shown, "Its folders are too deep.") }
        let child = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard child >= 0 else { throw .unreadable(errno, shown) }
        defer { close(child) }
        try add(folder: child, path: path)
    }

    private mutating func addLink(
        _ name: String, of folder: Int32, path: [String], _ status: stat
    ) throws(UnpackRefusal) {
        let shown = path.joined(separator: "/")
        var buffer = [CChar](repeating: 0, count: 4_097)
        let count = readlinkat(folder, name, &buffer, buffer.count)
        guard count >= 0 else { throw .unreadable(errno, shown) }
        let target = buffer.prefix(count).map { UInt8(bitPattern: $0) }
        try links.add(EntryPath(components: path), target: target, limits: ArchiveLimits())
        try written { () throws(NodePilotError) in
            try zip.addLink(shown, target: String(decoding: target, as: UTF8.self), status)
        }
        progress.files += 1
    }

    private mutating func addFile(_ name: String, of folder: Int32, path: [String]) throws(UnpackRefusal) {
        let shown = path.joined(separator: "/")
        let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw .unreadable(errno, shown) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(EIO, shown) }
        var progress = progress
        try written { () throws(NodePilotError) in
            _ = try zip.addFile(shown, from: file, status) { count in
                progress.bytes += UInt64(clamping: count)
                onProgress(progress)
            }
        }
        progress.files += 1
        self.progress = progress
        onProgress(progress)
    }

    private func written(_ body: () throws(NodePilotError) -> Void) throws(UnpackRefusal) {
        do throws(NodePilotError) {
            try body()
        } catch {
            let code: UnpackRefusal.Code =
                switch error.code {
                case .unprocessable: .unprocessable
                case .insufficientStorage: .insufficientStorage
                default: .internal
                }
            throw UnpackRefusal(code, error.message, hint: error.hint)
        }
    }

    /// At most 64 KiB of it: nobody writes more patterns by hand.
    private static func ignoreFile(in root: Int32) throws(NodePilotError) -> String {
        let file = openat(root, PackRules.fileName, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 65_537)
        let count = read(file, &buffer, buffer.count)
        guard (0..<buffer.count).contains(count) else {
            throw NodePilotError(.unprocessable, "\(PackRules.fileName) cannot be read, or is larger than 64 KiB.")
        }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}

extension UnpackRefusal {
    fileprivate static func unreadable(_ number: Int32, _ path: String) -> UnpackRefusal {
        UnpackRefusal(
            entry: path, "It could not be read: \(String(cString: strerror(number))).",
            hint: "Leave it out with \(PackRules.fileName), or make it readable.")
    }
}
