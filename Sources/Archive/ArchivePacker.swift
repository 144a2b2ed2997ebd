package import Core
import Glibc

/// Packs a folder for `nodepilot deploy DIR`. Same tree, same archive: entries are in the order of their names' bytes.
package struct ArchivePacker {
    /// Writes `folder` as a ZIP to the new or emptied `file`. Blocking: for a thread of its own or a command.
    ///
    /// `PackRules` says what is left out. Links are kept as links, sockets, pipes and devices left out.
    /// - Throws: `.unprocessable` naming the file that cannot be packed or the link that leads out of the folder;
    ///   `.notFound` when there is no such folder; `.insufficientStorage`. What was written is removed then.
    package static func pack(
        folder: String, to file: String, onProgress: (PackProgress) -> Void
    ) throws(NodePilotError) -> PackReport {
        let root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw .notFound("The folder \(folder)") }
        defer { close(root) }
        let output = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else {
            throw NodePilotError(.internal, "\(file) could not be written: \(String(cString: strerror(errno))).")
        }
        defer { close(output) }
        do throws(NodePilotError) {
            return try withoutActuallyEscaping(onProgress) { progress throws(NodePilotError) in
                var packing = try Packing(root: root, output: output, onProgress: progress)
                return try packing.run()
            }
        } catch {
            unlink(file)
            throw error
        }
    }
}
