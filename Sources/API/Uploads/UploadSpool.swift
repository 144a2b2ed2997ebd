import CLinux
import Core
import FoundationEssentials
import Glibc
import HTTPTypes
package import HummingbirdCore
import NIOCore
package import NIOPosix

/// Receives forms with a file and streams the file to the disk, at the pace of the disk, with little memory.
package struct UploadSpool: Sendable {
    /// Bytes of a file, by default.
    package static let defaultLimit: Int64 = 200 * 1024 * 1024

    /// What may come beside the file: fields, headers, boundaries.
    private static let formOverhead: Int64 = 4 * 1024 * 1024
    /// What must stay free on the disk.
    private static let reserve: Int64 = 64 * 1024 * 1024

    private let folder: String
    private let limit: Int64
    private let threads: NIOThreadPool

    /// - Parameters:
    ///   - folder: `DATA/uploads`; made if missing, with mode 0700, and emptied of what an earlier run left in it.
    ///   - limit: bytes of a file.
    /// - Throws: `.internal` when the folder cannot be used.
    package init(folder: String, limit: Int64 = defaultLimit, threads: NIOThreadPool) throws {
        self.folder = folder
        self.limit = limit
        self.threads = threads
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw NodePilotError(
                .internal, "The folder \(folder) cannot be made (\(String(cString: strerror(errno)))).")
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".upload") {
            unlink("\(folder)/\(name)")
        }
    }

    /// Reads the whole form. On any error and when the task is cancelled, nothing stays on the disk.
    /// - Parameter fieldLimits: bytes of the values of fields that may have more or less than 64 KB.
    /// - Throws: `.invalidInput`, `.tooLarge`, `.insufficientStorage`.
    package func receive(_ request: Request, fieldLimits: [String: Int] = [:]) async throws -> ReceivedForm {
        var limits = MultipartParser.Limits()
        limits.fields = fieldLimits
        let parser = try MultipartParser(boundary: Self.boundary(of: request), limits: limits)
        try checkSize(of: request)
        var reception = FormReception(parser: parser, folder: folder, limit: limit, threads: threads)
        do {
            var total: Int64 = 0
            for try await bytes in request.body {
                total += Int64(bytes.readableBytes)
                guard total <= limit + Self.formOverhead else { throw NodePilotError.uploadTooLarge(limit) }
                try await reception.take(bytes)
                try Task.checkCancellation()
            }
            return try await reception.finish()
        } catch {
            reception.abandon()
            throw error
        }
    }

    // MARK: - Private

    private static func boundary(of request: Request) throws(NodePilotError) -> String {
        var scanner = ParameterScanner(request.headers[.contentType] ?? "")
        guard scanner.word().lowercased() == "multipart/form-data" else {
            throw NodePilotError(
                .invalidInput, "A form with a file is expected here.", hint: "Send multipart/form-data.")
        }
        while let (name, value) = try scanner.parameter() {
            if name == "boundary" { return value }
        }
        throw malformed("its Content-Type names no boundary")
    }

    private func checkSize(of request: Request) throws(NodePilotError) {
        guard let length = request.headers[.contentLength].flatMap(Int64.init) else { return }
        guard length <= limit + Self.formOverhead else { throw .uploadTooLarge(limit) }
        var free: Int64 = 0
        var files: Int64 = 0
        // A file system that cannot say how full it is will say so when it is full.
        guard nodepilot_free_space(folder, &free, &files) == 0 else { return }
        guard free >= length + Self.reserve else { throw .diskFull }
    }
}

extension NodePilotError {
    static func uploadTooLarge(_ limit: Int64) -> NodePilotError {
        NodePilotError(
            .tooLarge, "The upload is larger than \(limit / 1024 / 1024) MB.",
            hint: "Leave out what the server makes itself: node_modules, build output, .git.")
    }
}
