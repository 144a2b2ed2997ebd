import Core
import FoundationEssentials
import Glibc

/// Unpacks the archive on standard input into the working directory: the half that runs in a child without rights.
///
/// A line of JSON for each step goes to standard output (`UnpackMessage`). After a refusal the folder is empty again.
package enum UnpackTool {
    package static let name = "unpack"
    /// In place of limits: removes everything in the working directory, after a child that died at its work.
    static let emptyArgument = "--empty"

    /// - Parameter arguments: the limits as JSON, or `--empty`.
    /// - Returns: the exit status: 0 unpacked, 1 refused.
    package static func run(_ arguments: [String]) -> Int32 {
        // A write beyond a limit answers an error that can be told; a reader that is gone ends nothing half-way.
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        do throws(UnpackRefusal) {
            let root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard root >= 0 else { throw .system(errno, "open the folder") }
            defer { close(root) }
            guard arguments.first != emptyArgument else {
                try FolderContent.remove(in: root)
                return 0
            }
            let report = try unpack(limits: limits(arguments.first), root: root)
            ProgressLine.write(UnpackMessage(report: report))
            return 0
        } catch {
            ProgressLine.write(UnpackMessage(refusal: error))
            return 1
        }
    }

    static func arguments(_ limits: ArchiveLimits) throws -> [String] {
        try [String(decoding: NodePilotJSON.encoder().encode(limits), as: UTF8.self)]
    }

    // MARK: - Private

    private static func limits(_ argument: String?) throws(UnpackRefusal) -> ArchiveLimits {
        guard let argument else { return ArchiveLimits() }
        do {
            return try NodePilotJSON.decoder().decode(ArchiveLimits.self, from: Data(argument.utf8))
        } catch {
            throw UnpackRefusal(.internal, "The limits are not readable.")
        }
    }

    private static func unpack(limits: ArchiveLimits, root: Int32) throws(UnpackRefusal) -> UnpackReport {
        // Only what was found empty is ever emptied.
        guard try FolderContent.names(of: root).isEmpty else {
            throw UnpackRefusal(.internal, "The folder to unpack into is not empty.")
        }
        do throws(UnpackRefusal) {
            return try read(limits: limits, root: root)
        } catch {
            try FolderContent.remove(in: root)
            throw error
        }
    }

    private static func read(limits: ArchiveLimits, root: Int32) throws(UnpackRefusal) -> UnpackReport {
        let file = try FileWindow(STDIN_FILENO, chunk: 512)
        let format = try ArchiveFormat(head: Array(file.fields(at: 0, count: Int(min(file.size, 512))).bytes))
        let unpacking = Unpacking(root: root, limits: limits, archiveBytes: file.size)
        switch format {
        case .zip: try ZIPReading.unpack(descriptor: STDIN_FILENO, into: unpacking)
        case .gzippedTar:
            try TarReading.unpack(descriptor: STDIN_FILENO, archiveBytes: file.size, into: unpacking)
        }
        return try unpacking.finish()
    }
}
