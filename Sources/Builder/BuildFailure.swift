import Core

/// What the end of a failed command's output says about the cause.
struct BuildFailure {
    let command: String
    let status: ExitStatus
    /// The last ones, oldest first.
    let lines: [String]

    var error: NodePilotError {
        let known = Self.known.first { cause in lines.contains { line in cause.signs.contains { line.contains($0) } } }
        let isKilled = status == .signaled(9)
        var message = "\(command.prefix(200)) failed: \(status.inWords)."
        if let reason, !isKilled, status != .timedOut { message += " \(reason)" }
        let code: NodePilotError.Code = known?.isDisk == true ? .insufficientStorage : .unprocessable
        return NodePilotError(code, message, hint: hint(known))
    }

    // MARK: - Private

    private func hint(_ known: Cause?) -> String? {
        switch status {
        case .timedOut: "It ran longer than a build may. Look at its last lines in the log for what it waited for."
        case .signaled(9): Self.memory
        case .exited(127) where known == nil:
            "A program of the command was not found. If it is a package, add it to the dependencies; "
                + "if it is a tool of the system, install it on the server."
        default: known?.hint
        }
    }

    /// The line that names the cause, by the tools' own marks; else the last one that says something.
    private var reason: String? {
        let npm = lines.compactMap { line in
            ["npm error ", "npm ERR! "].first { line.hasPrefix($0) }.map { line.dropFirst($0.count).trimmed }
        }
        let noise = ["code ", "errno ", "syscall ", "path ", "command ", "A complete log", "Lifecycle script", "workspace ", "location "]
        if let line = npm.first(where: { line in !line.isEmpty && !noise.contains { line.hasPrefix($0) } }) {
            return sentence(line)
        }
        if let line = lines.last(where: { $0.hasPrefix("ERROR: ") || $0.hasPrefix("error: ") }) { return sentence(line) }
        let last = lines.last { line in !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("npm ") }
        return last.map(sentence)
    }

    private func sentence(_ line: String) -> String {
        let short = line[...].trimmed.prefix(300)
        return short.hasSuffix(".") ? String(short) : short + "."
    }

    private struct Cause {
        let signs: [String]
        let hint: String
        var isDisk = false
    }

    private static let memory =
        "It was probably out of memory. Give the server more memory or swap, or build on your machine and upload the result."

    private static let known: [Cause] = [
        Cause(
            signs: ["ENOSPC", "No space left on device", "Disk quota exceeded"],
            hint: "The disk is full: free some space (old releases, logs) and deploy again.", isDisk: true),
        Cause(
            signs: ["npm ci` can only install", "ERR_PNPM_OUTDATED_LOCKFILE", "Your lockfile needs to be updated", "YN0028"],
            hint: "The lockfile does not fit package.json: run npm install (or your package manager's install) on your "
                + "machine, and upload the new lockfile with it."),
        Cause(
            signs: ["code ETARGET", "No matching version found"],
            hint: "A version in package.json does not exist: correct it, run npm install and deploy again."),
        Cause(signs: ["code E404"], hint: "A package in package.json does not exist: look for a misspelt name."),
        Cause(
            signs: ["No matching distribution found", "Could not find a version that satisfies"],
            hint: "A requirement does not exist in this version, or not for this version of Python: correct it."),
        Cause(
            signs: ["gyp ERR!", "make: not found", "gcc: not found", "command 'gcc' failed", "command 'x86_64-linux-gnu-gcc' failed", "not found: make"],
            hint: "A package must be compiled. Install the compiler on the server: apt-get install build-essential python3"),
        Cause(signs: ["Python.h: No such file"], hint: "Install Python's headers on the server: apt-get install python3-dev"),
        Cause(signs: ["JavaScript heap out of memory", "Cannot allocate memory", "MemoryError"], hint: memory),
        Cause(
            signs: ["EAI_AGAIN", "ENOTFOUND", "ETIMEDOUT", "ECONNREFUSED", "Temporary failure in name resolution", "ConnectTimeoutError"],
            hint: "The server could not reach the package registry: check its network and name servers, then deploy again."),
        Cause(
            signs: ["EBADENGINE", "Unsupported engine"],
            hint: "A package wants another version of Node.js: install it on the server, or take an older version of the package."),
        Cause(
            signs: ["EINTEGRITY"],
            hint: "A package is not what the lockfile says: remove the lockfile, run npm install and upload the new one."),
        Cause(
            signs: [": not found", "command not found"],
            hint: "A program of the command was not found: is it missing in the dependencies?"),
    ]
}
