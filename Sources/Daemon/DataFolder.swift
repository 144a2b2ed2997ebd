import CLinux
import Core
import Glibc

/// The folder of everything, DATA.
enum DataFolder {
    /// Makes it with the folders above it. As root, the projects' users must be able to pass through them.
    /// - Throws: `.invalidInput` for `data` when it cannot be made or passed through.
    static func prepare(_ path: String) throws(NodePilotError) {
        var above = ""
        for part in path.split(separator: "/") {
            above += "/\(part)"
            guard mkdir(above, above == path ? 0o711 : 0o755) == 0 || errno == EEXIST else {
                throw .invalid("data", "\(above) cannot be made: \(String(cString: strerror(errno)))")
            }
            var status = nodepilot_file_status()
            guard nodepilot_status_of_path(above, 1, &status) == 0, nodepilot_is_folder(&status) != 0 else {
                throw .invalid("data", "\(above) is not a folder")
            }
            guard geteuid() != 0 || above == path || status.mode & 0o001 != 0 else {
                throw .invalid(
                    "data", "the projects' users cannot pass through \(above)",
                    hint: "Choose another folder, or allow it: chmod o+x \(above)")
            }
        }
    }
}
