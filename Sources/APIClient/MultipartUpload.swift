import Core
import Glibc
import NIOCore
import NIOPosix

/// How much of a file has been handed to the connection.
package struct UploadProgress: Hashable, Sendable {
    package var sentBytes: Int64
    package var totalBytes: Int64

    package init(sentBytes: Int64, totalBytes: Int64) {
        self.sentBytes = sentBytes
        self.totalBytes = totalBytes
    }
}

/// A `multipart/form-data` body (RFC 7578) with some fields and one file, read from disk a piece at a time when the
/// connection asks for more: memory does not grow with the file.
struct MultipartUpload: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    static let pieceBytes = 128 * 1024

    let boundary: String
    let fileName: String
    /// Of the file alone.
    let fileBytes: Int64
    private let head: ByteBuffer
    private let tail: ByteBuffer
    private let file: OpenFile
    private let onProgress: @Sendable (UploadProgress) -> Void

    /// Opens the file. Fields come before it, so that the server knows what it is for when it arrives.
    /// - Throws: `.invalidInput` for a file that cannot be read.
    init(
        fields: [(name: String, value: String)], file path: String,
        onProgress: @escaping @Sendable (UploadProgress) -> Void
    ) throws(NodePilotError) {
        file = try OpenFile(path)
        fileBytes = file.size
        fileName = path.split(separator: "/").last.map(String.init) ?? "app.zip"
        boundary =
            "nodepilot-\(String(UInt64.random(in: .min ... .max), radix: 36))-\(UInt32.random(in: .min ... .max))"
        self.onProgress = onProgress
        var text = ""
        for field in fields {
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(field.name))\"\r\n\r\n"
            text += "\(field.value)\r\n"
        }
        text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(Self.quoted(fileName))\""
        text += "\r\nContent-Type: application/octet-stream\r\n\r\n"
        head = ByteBuffer(string: text)
        tail = ByteBuffer(string: "\r\n--\(boundary)--\r\n")
    }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }
    var contentLength: Int64 { Int64(head.readableBytes) + fileBytes + Int64(tail.readableBytes) }

    func makeAsyncIterator() -> Iterator {
        Iterator(head: head, tail: tail, file: file, onProgress: onProgress)
    }

    struct Iterator: AsyncIteratorProtocol {
        private enum Position { case head, file(Int64), end }

        let head: ByteBuffer
        let tail: ByteBuffer
        let file: OpenFile
        let onProgress: @Sendable (UploadProgress) -> Void
        private var position = Position.head

        init(
            head: ByteBuffer, tail: ByteBuffer, file: OpenFile, onProgress: @escaping @Sendable (UploadProgress) -> Void
        ) {
            self.head = head
            self.tail = tail
            self.file = file
            self.onProgress = onProgress
        }

        mutating func next() async throws -> ByteBuffer? {
            switch position {
            case .head:
                position = .file(0)
                return head
            case .file(let offset) where offset < file.size:
                onProgress(UploadProgress(sentBytes: offset, totalBytes: file.size))
                let piece = try await file.read(at: offset, count: MultipartUpload.pieceBytes)
                position = .file(offset + Int64(piece.readableBytes))
                return piece
            case .file:
                onProgress(UploadProgress(sentBytes: file.size, totalBytes: file.size))
                position = .end
                return tail
            case .end:
                return nil
            }
        }
    }

    // MARK: - Private

    /// As browsers write names (WHATWG HTML, "multipart form data").
    private static func quoted(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\"": result += "%22"
            case "\r\n": result += "%0D%0A"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result.append(character)
            }
        }
    }
}
