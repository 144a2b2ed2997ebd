/// What `--json` tells of something that is gone.
struct Removed: Encodable {
    var removed: String
}
