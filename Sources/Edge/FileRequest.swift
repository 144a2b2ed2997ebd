/// What of a request matters for a file.
struct FileRequest: Sendable {
    /// Where the site is: folders below a root that is ours.
    struct Place: Sendable {
        var root: String
        var folders: [String] = []
    }

    var place: Place
    var singlePage: Bool
    /// Origin form, with its query.
    var target: String
    var isHead = false
    var ifNoneMatch: String?
    var ifModifiedSince: String?
    var range: String?
    var ifRange: String?
}
