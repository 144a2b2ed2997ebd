import CLinux
import Archive
import Core
import FoundationEssentials
import Glibc

/// What is sent: the person's own archive, or one that is packed from a folder and removed when it is done.
struct AppArchive: Sendable {
    let path: String
    /// The folder around a file of ours.
    private let temporaryFolder: String?

    /// - Parameter source: a folder, a ZIP or a tar.gz.
    /// - Throws: `.invalidInput` for what is not there.
    static func prepare(
        _ source: String, temporary: String, onProgress: @escaping @Sendable (DeployingInput) -> Void
    ) async throws -> AppArchive {
        var status = nodepilot_file_status()
        guard nodepilot_status_of_path(source, 1, &status) == 0 else {
            throw NodePilotError(
                .invalidInput, "\(source) cannot be read: \(String(cString: strerror(errno))).",
                hint: "Name a folder or an archive: nodepilot deploy ./shop --project shop")
        }
        guard nodepilot_is_folder(&status) != 0 else { return AppArchive(path: source, temporaryFolder: nil) }
        let folder = "\(temporary)/nodepilot-\(getpid())-\(UInt32.random(in: .min ... .max))"
        guard mkdir(folder, 0o700) == 0 else {
            throw NodePilotError(.internal, "\(folder) cannot be made: \(String(cString: strerror(errno))).")
        }
        let archive = AppArchive(path: "\(folder)/\(name(of: source)).zip", temporaryFolder: folder)
        do {
            try await FolderPacking.pack(source, to: archive.path, onProgress: onProgress)
        } catch {
            archive.discard()
            throw error
        }
        return archive
    }

    func discard() {
        guard let temporaryFolder else { return }
        unlink(path)
        rmdir(temporaryFolder)
    }

    // MARK: - Private

    private static func name(of folder: String) -> String {
        let last = folder.split(separator: "/").last.map(String.init) ?? "app"
        return last == "." || last == ".." ? "app" : last
    }
}
