import NIOCore

/// The answer to a request for a file: found and begun off the event loop, since disks make one wait.
enum FileResponse: Sendable {
    case redirect(String)
    case failed(ErrorAnswer)
    case file(Content)

    struct Content: Sendable {
        var status: Int
        /// Field lines but for Content-Length and Connection.
        var fields: String
        /// Nil where the answer has no content at all (304).
        var length: UInt64?
        var file: OpenFile
        /// What is to be sent of the file.
        var range: Range<UInt64>
        /// The first piece, already read.
        var first = ByteBuffer()
    }

    /// Blocks: call it on a thread that may wait.
    init(_ request: FileRequest) {
        do throws(FilePath.Failure) {
            self = Self.answer(request, try FilePath(request.target))
        } catch {
            self = error == .refused ? .failed(.badPath) : Self.missing(request)
        }
    }

    // MARK: - Private

    private static func answer(_ request: FileRequest, _ path: FilePath) -> FileResponse {
        let names = path.isFolder ? path.names + ["index.html"] : path.names
        do throws(OpenFile.Failure) {
            return content(request, try OpenFile(request.place, names: names), name: names.last ?? "")
        } catch {
            switch error {
            case .unreadable: return .failed(.fileUnreadable)
            // Only where there is something to see behind the slash.
            case .isFolder where !path.isFolder && hasIndex(request, path): return .redirect(withSlash(request.target))
            case .isFolder, .notFound: return missing(request)
            }
        }
    }

    private static func hasIndex(_ request: FileRequest, _ path: FilePath) -> Bool {
        // A folder without an index is as good as none.
        (try? OpenFile(request.place, names: path.names + ["index.html"])) != nil
    }

    /// Relative to the host in any case: `//other.host` in front would name another one.
    private static func withSlash(_ target: String) -> String {
        let path = target.prefix { $0 != "?" }
        return "/" + path.drop { $0 == "/" } + "/" + target.dropFirst(path.count)
    }

    private static func missing(_ request: FileRequest) -> FileResponse {
        let page = request.singlePage ? "index.html" : "404.html"
        // Without such a page it is our own.
        guard let file = try? OpenFile(request.place, names: [page]) else { return .failed(.fileNotFound) }
        return content(request, file, name: page, status: request.singlePage ? 200 : 404)
    }

    private static func content(
        _ request: FileRequest, _ file: OpenFile, name: String, status: Int = 200
    ) -> FileResponse {
        var fields =
            "ETag: \(file.etag)\r\nLast-Modified: \(HTTPDate.text(file.modified))\r\n"
            + "Cache-Control: public, max-age=0, must-revalidate\r\n"
        if status == 200, isFresh(request, file) {
            return .file(Content(status: 304, fields: fields, length: nil, file: file, range: 0..<0))
        }
        fields += "Content-Type: \(ContentType.of(name))\r\nX-Content-Type-Options: nosniff\r\n"
        guard status == 200 else { return whole(request, file, fields, status: status) }
        fields += "Accept-Ranges: bytes\r\n"
        switch ByteRange(validated(request, file), size: file.size) {
        case .whole: return whole(request, file, fields, status: 200)
        case .part(let range):
            fields += "Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)\r\n"
            return begun(Content(status: 206, fields: fields, file: file, range: range), request)
        case .unsatisfiable:
            let fields = "Content-Range: bytes */\(file.size)\r\n"
            return .file(Content(status: 416, fields: fields, length: 0, file: file, range: 0..<0))
        }
    }

    private static func whole(
        _ request: FileRequest, _ file: OpenFile, _ fields: String, status: Int
    ) -> FileResponse {
        begun(Content(status: status, fields: fields, file: file, range: 0..<file.size), request)
    }

    /// With the first piece, so that a small file takes one journey to the disk.
    private static func begun(_ content: Content, _ request: FileRequest) -> FileResponse {
        var content = content
        content.length = UInt64(content.range.count)
        if request.isHead {
            content.range = 0..<0
        } else if let piece = FileTransfer.read(content.file, content.range) {
            content.first = piece
            content.range = content.range.lowerBound + UInt64(piece.readableBytes)..<content.range.upperBound
        } else {
            return .failed(.fileUnreadable)
        }
        return .file(content)
    }

    /// If-None-Match, or else If-Modified-Since (RFC 9110 section 13.2.2).
    private static func isFresh(_ request: FileRequest, _ file: OpenFile) -> Bool {
        if let tags = request.ifNoneMatch {
            return tags.split(separator: ",").contains { tag in
                let tag = tag.drop { $0 == " " }.prefix { $0 != " " }
                return tag == "*" || tag == file.etag || tag == "W/" + file.etag
            }
        }
        return request.ifModifiedSince.flatMap(HTTPDate.seconds).map { file.modified <= $0 } ?? false
    }

    /// The Range, unless If-Range says that the client's other part is of another file.
    private static func validated(_ request: FileRequest, _ file: OpenFile) -> String? {
        guard let condition = request.ifRange else { return request.range }
        let matches = condition == file.etag || HTTPDate.seconds(condition) == file.modified
        return matches ? request.range : nil
    }
}
