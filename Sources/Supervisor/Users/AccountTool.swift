import CLinux
import Core
import Glibc

/// The machine's own tools for accounts (useradd, userdel, …), by argv and with an environment of nothing but PATH.
enum AccountTool {
    private static let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]

    /// Blocks until it ends. Returns its exit status.
    static func run(_ arguments: [String]) throws -> Int32 {
        guard let name = arguments.first, let path = folders.map({ "\($0)/\(name)" }).first(where: isProgram) else {
            throw NodePilotError(
                .internal, "\(arguments.first ?? "") is not installed on this machine.",
                hint: "Install the package that has it (passwd on Debian and Ubuntu, shadow-utils on Fedora).")
        }
        let null = try Descriptor.open("/dev/null", O_RDWR)
        var pid: pid_t = -1
        withCStrings(arguments) { words in
            withCStrings(["PATH=" + folders.joined(separator: ":"), "LC_ALL=C"]) { environment in
                pid = nodepilot_spawn(path, words, environment, [null.raw, null.raw, null.raw], 3)
            }
        }
        guard pid > 0 else { throw SystemError("spawn \(path)", -pid) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemError("waitpid") }
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    private static func isProgram(_ path: String) -> Bool { access(path, X_OK) == 0 }
}
