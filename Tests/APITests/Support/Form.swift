import Archive
import FoundationEssentials
import HTTPTypes
import NIOCore
import TestSupport

/// A form with fields and perhaps a file, as a browser sends it (RFC 7578).
struct Form {
    static let contentType = "multipart/form-data; boundary=xyz"

    let bytes: ByteBuffer

    init(_ fields: [String: String], file: [UInt8]? = nil) {
        var bytes = ByteBuffer()
        for (name, value) in fields {
            bytes.writeString("--xyz\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n")
        }
        if let file {
            bytes.writeString(
                "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"app.zip\"\r\n\r\n")
            bytes.writeBytes(file)
            bytes.writeString("\r\n")
        }
        bytes.writeString("--xyz--\r\n")
        self.bytes = bytes
    }

    /// An archive of these files.
    static func archive(_ files: [String: String]) throws -> [UInt8] {
        let folder = try TestSupport.TemporaryFolder()
        for (name, text) in files { try folder.write("app/\(name)", text) }
        _ = try ArchivePacker.pack(folder: folder.path + "/app", to: folder.path + "/app.zip") { _ in }
        return try [UInt8](Data(contentsOf: URL(filePath: folder.path + "/app.zip")))
    }
}
