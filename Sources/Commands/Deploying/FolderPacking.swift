import Archive
import Dispatch
import Synchronization

/// Packs a folder on a thread of its own: reading a tree blocks.
enum FolderPacking {
    private static let queue = DispatchQueue(label: "nodepilot.packing")

    /// - Throws: what the packer throws; `CancellationError` at once when the task is cancelled. The thread then goes on
    ///   to no purpose until the process ends, which is next.
    static func pack(
        _ folder: String, to file: String, onProgress: @escaping @Sendable (DeployingInput) -> Void
    ) async throws {
        let answer = Answer()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                answer.wait(continuation)
                queue.async {
                    let result = Result<Void, any Error> {
                        _ = try ArchivePacker.pack(folder: folder, to: file) { progress in
                            onProgress(.packing(files: progress.files, bytes: Int64(clamping: progress.bytes)))
                        }
                    }
                    answer.give(result)
                }
            }
        } onCancel: {
            answer.give(.failure(CancellationError()))
        }
    }

    /// The first result wins, whether it comes before the waiting or after.
    private final class Answer: Sendable {
        private enum State {
            case idle
            case waiting(CheckedContinuation<Void, any Error>)
            case given(Result<Void, any Error>)
            case done
        }

        private let state = Mutex(State.idle)

        func wait(_ continuation: CheckedContinuation<Void, any Error>) {
            let early = state.withLock { state -> Result<Void, any Error>? in
                if case .given(let result) = state {
                    state = .done
                    return result
                }
                state = .waiting(continuation)
                return nil
            }
            if let early { continuation.resume(with: early) }
        }

        func give(_ result: Result<Void, any Error>) {
            let waiting = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                switch state {
                case .idle:
                    state = .given(result)
                    return nil
                case .waiting(let continuation):
                    state = .done
                    return continuation
                case .given, .done:
                    return nil
                }
            }
            waiting?.resume(with: result)
        }
    }
}
