import CLinux
import Core
import Glibc

/// The folder of everything, DATA.
enum DataFolder {
    /// Makes it with the folders above it. As root, the projects' users must be able to pass through them.
    /// - Throws: `.invalidInput` for `data` when it cannot be made or passed through.
    static func prepare(_ path: String) throws(NodePilotError) {
        var above = ""
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            above += "/\(part)"
            let isLast = index == parts.count - 1
            try make(above, mode: isLast ? 0o711 : 0o755)
            var status = nodepilot_file_status()
            guard nodepilot_status_of_path(above, 1, &status) == 0, nodepilot_is_folder(&status) != 0 else {
                throw .invalid("data", "\(above) is not a folder")
            }
            guard geteuid() != 0 || isLast || status.mode & 0o001 != 0 else {
                throw .invalid(
                    "data", "the projects' users cannot pass through \(above)",
                    hint: "Choose another folder, or allow it: chmod o+x \(above)")
            }
        }
    }

    // MARK: - Private

    /// A new folder gets its mode whatever the umask is; one that is there keeps its own.
    private static func make(_ path: String, mode: mode_t) throws(NodePilotError) {
        if mkdir(path, mode) == 0, chmod(path, mode) == 0 { return }
        guard errno == EEXIST else {
            throw .invalid("data", "\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
    }
}
