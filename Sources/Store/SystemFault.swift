internal import Glibc

/// A system call that failed, with its `errno`.
struct SystemFault: Error, CustomStringConvertible {
    let doing: String
    let code: Int32

    /// Reads `errno`: make it right after the call.
    init(doing: String) {
        code = errno
        self.doing = doing
    }

    var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    var description: String { "cannot \(doing): \(String(cString: strerror(code)))" }
}
