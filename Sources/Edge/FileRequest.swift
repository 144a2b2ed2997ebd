/// What of a request matters for a file.
struct FileRequest: Sendable {
    var root: String
    var singlePage: Bool
    /// Origin form, with its query.
    var target: String
    var isHead = false
    var ifNoneMatch: String?
    var ifModifiedSince: String?
    var range: String?
    var ifRange: String?
}
