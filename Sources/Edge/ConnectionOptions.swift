/// What the Connection fields of a head say (RFC 9110 section 7.6.1).
struct ConnectionOptions {
    var close = false
    var keepAlive = false
    var upgrade = false
    /// Further names: fields that were meant for this connection only.
    private(set) var nominatesFields = false

    init(_ fields: [HeadField], in head: UnsafeRawBufferPointer) {
        for field in fields where field.name == .connection {
            ASCII.forEachElement(UnsafeRawBufferPointer(rebasing: head[field.value])) { option in
                if ASCII.equals(option, "close") {
                    close = true
                } else if ASCII.equals(option, "keep-alive") {
                    keepAlive = true
                } else if ASCII.equals(option, "upgrade") {
                    upgrade = true
                } else {
                    nominatesFields = true
                }
            }
        }
    }

    /// Whether a Connection field names this one. What frames or routes the message cannot be taken away like that.
    func nominates(_ field: HeadField, of fields: [HeadField], in head: UnsafeRawBufferPointer) -> Bool {
        switch field.name {
        case _ where !nominatesFields: return false
        case .host, .contentLength, .transferEncoding: return false
        default: break
        }
        let name = UnsafeRawBufferPointer(rebasing: head[field.start..<field.start + field.nameLength])
        var found = false
        for candidate in fields where candidate.name == .connection {
            ASCII.forEachElement(UnsafeRawBufferPointer(rebasing: head[candidate.value])) { option in
                found = found || ASCII.equals(option, name)
            }
        }
        return found
    }
}
