import Glibc

/// The folder that is unpacked into. Everything is made relative to descriptors of folders that were opened without
/// following links, so nothing can land outside, whatever a name says.
final class StagingFolder {
    private(set) var foldersMade = 0
    private let root: Int32
    /// The folders of the path used last, outermost first.
    private var open: [(name: String, descriptor: Int32)] = []

    /// - Parameter root: stays the caller's.
    init(root: Int32) { self.root = root }

    deinit { for folder in open { close(folder.descriptor) } }

    func makeFolder(_ path: EntryPath) throws(UnpackRefusal) {
        _ = try descriptor(of: path.components[...], for: path, creating: true)
    }

    /// A new file, opened for writing; the caller closes it.
    func createFile(_ path: EntryPath, isExecutable: Bool) throws(UnpackRefusal) -> Int32 {
        let folder = try descriptor(of: path.parent, for: path, creating: true)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = openat(folder, path.name, flags, isExecutable ? 0o755 : 0o644)
        guard file >= 0 else { throw refusal(errno, creating: path, in: folder) }
        return file
    }

    /// A symbolic link with `target` as it is: checked by the caller.
    func createLink(_ path: EntryPath, target: String) throws(UnpackRefusal) {
        let folder = try descriptor(of: path.parent, for: path, creating: true)
        guard symlinkat(target, folder, path.name) == 0 else { throw refusal(errno, creating: path, in: folder) }
    }

    /// A second name for a regular file that is already there.
    func createHardLink(_ path: EntryPath, to original: EntryPath) throws(UnpackRefusal) {
        let missing = UnpackRefusal(
            entry: path.shown, "A hard link to “\(original.shown)”, which is not an earlier file of the archive.")
        guard !original.components.isEmpty else { throw missing }
        let from = dup(try descriptor(of: original.parent, for: path, creating: false))
        guard from >= 0 else { throw .system(errno, "open a folder", entry: path.shown) }
        defer { close(from) }
        var status = stat()
        guard fstatat(from, original.name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw missing
        }
        let folder = try descriptor(of: path.parent, for: path, creating: true)
        guard linkat(from, original.name, folder, path.name, 0) == 0 else {
            throw refusal(errno, creating: path, in: folder)
        }
    }

    /// Takes the one folder of the root away and puts its content in its place.
    func strip(_ top: String) throws(UnpackRefusal) {
        closeFrom(0)
        let failed = { (number: Int32) in UnpackRefusal.system(number, "move the files out of their folder", entry: top) }
        // A name that nothing inside has, since its content moves up beside it.
        var temporary = ".unpack-top"
        while faccessat(root, "\(top)/\(temporary)", F_OK, AT_SYMLINK_NOFOLLOW) == 0 { temporary += "-" }
        guard renameat(root, top, root, temporary) == 0 else { throw failed(errno) }
        let folder = openat(root, temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw failed(errno) }
        defer { close(folder) }
        for name in try FolderContent.names(of: folder) {
            guard renameat(folder, name, root, name) == 0 else { throw failed(errno) }
        }
        guard unlinkat(root, temporary, AT_REMOVEDIR) == 0 else { throw failed(errno) }
        foldersMade -= 1
    }

    // MARK: - Private

    private func descriptor(
        of components: ArraySlice<String>, for path: EntryPath, creating: Bool
    ) throws(UnpackRefusal) -> Int32 {
        let shared = zip(open, components).prefix { $0.name.utf8.elementsEqual($1.utf8) }.count
        closeFrom(shared)
        for name in components.dropFirst(shared) {
            let parent = open.last?.descriptor ?? root
            if creating, mkdirat(parent, name, 0o755) == 0 {
                foldersMade += 1
            } else if creating, errno != EEXIST {
                throw .system(errno, "make a folder", entry: path.shown)
            }
            let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard folder >= 0 else { throw refusal(errno, entering: name, for: path) }
            open.append((name, folder))
        }
        return open.last?.descriptor ?? root
    }

    private func closeFrom(_ level: Int) {
        for folder in open[level...] { close(folder.descriptor) }
        open.removeSubrange(level...)
    }

    private func refusal(_ number: Int32, entering name: String, for path: EntryPath) -> UnpackRefusal {
        switch number {
        case ENOTDIR, ELOOP, ENOENT:
            UnpackRefusal(entry: path.shown, "“\(EntryPath.shown(name.utf8))” is not a folder of the archive.")
        default: .system(number, "open a folder", entry: path.shown)
        }
    }

    private func refusal(_ number: Int32, creating path: EntryPath, in folder: Int32) -> UnpackRefusal {
        guard number == EEXIST else { return .system(number, "write it", entry: path.shown) }
        var status = stat()
        let isFolder =
            fstatat(folder, path.name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFDIR
        let problem = isFolder ? "The archive has a folder of the same name." : "The archive has this name twice."
        return UnpackRefusal(entry: path.shown, problem, hint: "Make the archive again from one folder.")
    }
}
