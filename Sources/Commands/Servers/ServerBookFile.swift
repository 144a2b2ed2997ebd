package import Core
import FoundationEssentials
import Glibc

/// `$XDG_CONFIG_HOME/nodepilot/servers.json`: it holds tokens, so it is its owner's alone.
package struct ServerBookFile: Sendable {
    package let path: String

    /// - Parameter environment: `XDG_CONFIG_HOME`, else `HOME` (XDG base directory specification).
    package init(environment: [String: String]) {
        let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        path = "\(base ?? "\(environment["HOME"] ?? "/root")/.config")/nodepilot/servers.json"
    }

    /// An empty book where there is no file.
    /// - Throws: `.invalidInput` for a file that is not ours, so that it is not overwritten.
    package func read() throws(NodePilotError) -> ServerBook {
        guard let data = FileManager.default.contents(atPath: path) else { return ServerBook() }
        do {
            return try NodePilotJSON.decoder().decode(ServerBook.self, from: data)
        } catch {
            throw NodePilotError(
                .invalidInput, "\(path) cannot be understood.", hint: "Repair or remove it, then run: nodepilot login")
        }
    }

    /// Writes a temporary file beside it and renames: a reader sees the old book or the new one.
    package func write(_ book: ServerBook) throws(NodePilotError) {
        let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        let temporary = "\(path).\(getpid()).new"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try write([UInt8](NodePilotJSON.encoder().encode(book)), to: temporary)
            guard rename(temporary, path) == 0 else { throw Failure(errorNumber: errno) }
        } catch {
            unlink(temporary)
            let reason = (error as? Failure).map { String(cString: strerror($0.errorNumber)) } ?? "\(error)"
            throw NodePilotError(.internal, "\(path) cannot be written: \(reason).")
        }
    }

    // MARK: - Private

    private struct Failure: Error { var errorNumber: Int32 }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(errorNumber: errno) }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(errorNumber: errno) }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0 else { throw Failure(errorNumber: errno) }
    }
}
