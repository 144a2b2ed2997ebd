import Core
import Glibc

/// An unpacked tree as the detector may see it: bounded reads of regular files, no link followed out of it.
struct SourceTree {
    static let maximumFileBytes = 1 << 20
    private let root: String

    init(_ folder: String) throws(NodePilotError) {
        guard let real = Self.resolved(folder) else { throw .notFound("The unpacked folder") }
        root = real
    }

    /// - Returns: nil when there is no such file.
    /// - Throws: `.unprocessable` when it is larger than 1 MB, not UTF-8 or not a file of the tree.
    func text(_ name: String) throws(NodePilotError) -> String? {
        guard exists(name) else { return nil }
        guard let bytes = try bytes(name, limit: Self.maximumFileBytes + 1) else {
            throw NodePilotError(.unprocessable, "\(name) is not a regular file.")
        }
        guard bytes.count <= Self.maximumFileBytes else {
            throw NodePilotError(.unprocessable, "\(name) is larger than 1 MB.")
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        guard let text = String(validating: bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
        else { throw NodePilotError(.unprocessable, "\(name) is not UTF-8 text.", hint: "Save it as UTF-8.") }
        return text
    }

    /// The beginning of a file of any size; empty when there is none.
    func head(_ name: String) throws(NodePilotError) -> String {
        String(decoding: try bytes(name, limit: 4_096) ?? [], as: UTF8.self)
    }

    func exists(_ name: String) -> Bool {
        var status = stat()
        return lstat("\(root)/\(name)", &status) == 0
    }

    func isFile(_ name: String) -> Bool { isKind(S_IFREG, name) }
    func isFolder(_ name: String) -> Bool { isKind(S_IFDIR, name) }

    /// The folders directly in the tree, sorted; at most 1,000.
    var folders: [String] {
        guard let stream = opendir(root) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < 1_000, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), isFolder(name) { names.append(name) }
        }
        return names.sorted()
    }

    // MARK: - Private

    /// Nil when it is no regular file inside the tree.
    private func bytes(_ name: String, limit: Int) throws(NodePilotError) -> [UInt8]? {
        guard let real = Self.resolved("\(root)/\(name)"), real.hasPrefix(root + "/") else { return nil }
        // Not blocking: what looks like a configuration may be a pipe.
        let file = open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // A process that was left running may have put a link on the way since: what is open is what counts.
        guard let place = Self.resolved("/proc/self/fd/\(file)"), place.hasPrefix(root + "/") else { return nil }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            while filled < limit, let base = buffer.baseAddress {
                let got = read(file, base + filled, limit - filled)
                if got < 0 && errno == EINTR { continue }
                failed = got < 0
                if got <= 0 { return }
                filled += got
            }
        }
        guard !failed else { throw NodePilotError(.unprocessable, "\(name) could not be read.") }
        return bytes
    }

    private func isKind(_ kind: mode_t, _ name: String) -> Bool {
        guard let real = Self.resolved("\(root)/\(name)"), real == root || real.hasPrefix(root + "/") else {
            return false
        }
        var status = stat()
        return lstat(real, &status) == 0 && status.st_mode & S_IFMT == kind
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
