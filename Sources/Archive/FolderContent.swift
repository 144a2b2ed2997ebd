import Glibc

/// What is in a folder, by its descriptor.
enum FolderContent {
    /// The names in it, without `.` and `..`, in no order.
    static func names(of folder: Int32) throws(UnpackRefusal) -> [String] {
        let copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw .system(errno, "read a folder") }
        guard let stream = fdopendir(copy) else {
            let number = errno
            close(copy)
            throw .system(number, "read a folder")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // d_name is an array of 256 in the import, though a name may end earlier: its address is what counts.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes everything in the folder, never following a link.
    static func remove(in folder: Int32) throws(UnpackRefusal) {
        for name in try names(of: folder) {
            if unlinkat(folder, name, 0) == 0 { continue }
            guard errno == EISDIR || errno == EPERM else { throw .system(errno, "clean up") }
            let child = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard child >= 0 else { throw .system(errno, "clean up") }
            defer { close(child) }
            try remove(in: child)
            guard unlinkat(folder, name, AT_REMOVEDIR) == 0 else { throw .system(errno, "clean up") }
        }
    }
}
