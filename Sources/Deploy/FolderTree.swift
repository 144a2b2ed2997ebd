import CLinux
import Glibc

/// A tree of files that somebody else may have made, and may be changing while we, who are root, go through it. Every
/// step is taken from the descriptor of a folder that was opened without following links: a folder that becomes a link
/// meanwhile leads nowhere. The path of the tree itself is ours, and so are the folders above it.
struct FolderTree {
    /// Folders that are open at once. Trees may be deeper than descriptors and stacks allow.
    static let maximumDepth = 64
    /// Names that are held at once.
    private static let batch = 1_000
    /// Each flattens a tree by `maximumDepth` levels, or takes what was added meanwhile.
    private static let maximumRounds = 20_000

    let path: String

    /// Removes it with all it holds; one that is not there is fine.
    func remove() throws(TreeFault) {
        if unlink(path) == 0 || errno == ENOENT { return }
        let root = open(path, Self.flags)
        guard root >= 0 else { throw TreeFault(path) }
        defer { close(root) }
        var lifted = 0
        for _ in 0..<Self.maximumRounds {
            try empty(root, depth: 1, top: root, lifted: &lifted)
            if rmdir(path) == 0 || errno == ENOENT { return }
            guard errno == ENOTEMPTY || errno == EEXIST else { break }
        }
        throw TreeFault(path)
    }

    /// Bytes on disk, links not followed; what is below `maximumDepth` is not looked at.
    func size() -> Int64 {
        let root = open(path, Self.flags)
        guard root >= 0 else { return 0 }
        return size(root, depth: 1)
    }

    // MARK: - Private

    /// As the system has it: not every name is UTF-8.
    private typealias Name = [CChar]

    private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    private func empty(_ folder: Int32, depth: Int, top: Int32, lifted: inout Int) throws(TreeFault) {
        // Without root, somebody may have forbidden it even to themselves.
        if geteuid() != 0 { fchmod(folder, 0o700) }
        var stalled = 0
        while true {
            let names = Self.names(in: folder, atMost: Self.batch)
            if names.isEmpty { return }
            var isMoving = false
            for name in names where try remove(name, in: folder, depth: depth, top: top, lifted: &lifted) {
                isMoving = true
            }
            stalled = isMoving ? 0 : stalled + 1
            guard stalled < 3 else { throw TreeFault(path) }
            // At the top, what was too deep has been added: that is for the next round.
            if depth == 1, names.count < Self.batch { return }
        }
    }

    /// - Returns: whether it is gone from the folder.
    private func remove(
        _ name: Name, in folder: Int32, depth: Int, top: Int32, lifted: inout Int
    ) throws(TreeFault) -> Bool {
        if unlinkat(folder, name, 0) == 0 || errno == ENOENT { return true }
        guard errno == EISDIR || errno == EPERM || errno == EACCES else { throw TreeFault(path) }
        if depth == Self.maximumDepth { return try lift(name, from: folder, to: top, &lifted) }
        let child = openat(folder, name, Self.flags)
        guard child >= 0 else {
            // Something else by now: the next look finds what it is.
            if errno == ENOTDIR || errno == ELOOP { return false }
            guard errno == ENOENT else { throw TreeFault(path) }
            return true
        }
        defer { close(child) }
        try empty(child, depth: depth + 1, top: top, lifted: &lifted)
        return unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT
    }

    /// Moves a folder that lies too deep to the top.
    private func lift(
        _ name: Name, from folder: Int32, to top: Int32, _ lifted: inout Int
    ) throws(TreeFault) -> Bool {
        for _ in 0..<1_000 {
            lifted += 1
            // An empty folder of this name gives way; anything else does not.
            if renameat(folder, name, top, ".lifted-\(lifted)") == 0 || errno == ENOENT { return true }
            guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR || errno == EISDIR else { break }
        }
        throw TreeFault(path)
    }

    /// Closes `folder`.
    private func size(_ folder: Int32, depth: Int) -> Int64 {
        guard let stream = fdopendir(folder) else {
            close(folder)
            return 0
        }
        defer { closedir(stream) }
        var total: Int64 = 0
        while let entry = readdir(stream) {
            let name = Self.name(of: entry)
            if Self.isItselfOrParent(name) { continue }
            var status = nodepilot_file_status()
            guard nodepilot_status_in_folder(folder, name, &status) == 0 else { continue }
            total &+= status.disk_size
            guard nodepilot_is_folder(&status) != 0, depth < Self.maximumDepth else { continue }
            let child = openat(folder, name, Self.flags)
            if child >= 0 { total &+= size(child, depth: depth + 1) }
        }
        return total
    }

    private static func names(in folder: Int32, atMost count: Int) -> [Name] {
        let copy = openat(folder, ".", flags)
        guard copy >= 0 else { return [] }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return []
        }
        defer { closedir(stream) }
        var names: [Name] = []
        while names.count < count, let entry = readdir(stream) {
            let name = name(of: entry)
            if !isItselfOrParent(name) { names.append(name) }
        }
        return names
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> Name {
        withUnsafePointer(to: &entry.pointee.d_name) { field in
            field.withMemoryRebound(to: CChar.self, capacity: 256) { start in
                Array(UnsafeBufferPointer(start: start, count: strnlen(start, 255))) + [0]
            }
        }
    }

    private static func isItselfOrParent(_ name: Name) -> Bool {
        let dot = CChar(bitPattern: UInt8(ascii: "."))
        return name == [dot, 0] || name == [dot, dot, 0]
    }
}

/// A tree that could not be removed.
struct TreeFault: Error, CustomStringConvertible {
    let description: String

    init(_ path: String) {
        description = "Could not remove \(path): \(String(cString: strerror(errno)))."
    }
}
