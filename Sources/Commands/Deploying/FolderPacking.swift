import Archive
import Dispatch

/// Packs a folder on a thread of its own: reading a tree blocks.
enum FolderPacking {
    private static let queue = DispatchQueue(label: "nodepilot.packing")

    static func pack(
        _ folder: String, to file: String, onProgress: @escaping @Sendable (DeployingInput) -> Void
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async {
                continuation.resume(
                    with: Result {
                        _ = try ArchivePacker.pack(folder: folder, to: file) { progress in
                            onProgress(.packing(files: progress.files, bytes: Int64(clamping: progress.bytes)))
                        }
                    })
            }
        }
    }
}
