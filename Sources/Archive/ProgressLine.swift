import Core
import Glibc

/// Tells standard output how far it is, at most 20 times a second.
struct ProgressLine {
    private var last: UInt64 = 0

    mutating func tell(entries: Int, bytes: UInt64) {
        let now = Self.milliseconds()
        guard now >= last + 50 else { return }
        last = now
        Self.write(UnpackMessage(progress: UnpackProgress(entries: entries, bytes: bytes)))
    }

    static func write(_ message: UnpackMessage) {
        // Numbers and short strings always encode; without a reader, nobody is left to tell.
        guard let line = try? message.line() else { return }
        var rest = line[...]
        while !rest.isEmpty {
            let wrote = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if wrote < 0 && errno == EINTR { continue }
            guard wrote > 0 else { return }
            rest = rest.dropFirst(wrote)
        }
    }

    private static func milliseconds() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000 + UInt64(now.tv_nsec) / 1_000_000
    }
}
