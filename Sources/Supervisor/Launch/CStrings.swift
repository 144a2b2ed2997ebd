import Glibc

/// Calls `body` with a NULL-terminated array of C strings.
/// - Parameter isKept: for what goes on using them: the environment of this very process.
func withCStrings(
    _ texts: [String], isKept: Bool = false, _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Void
) {
    let pointers = texts.map { strdup($0) } + [nil]
    pointers.withUnsafeBufferPointer { buffer in
        if let start = buffer.baseAddress { body(start) }
    }
    if !isKept { for pointer in pointers { free(pointer) } }
}
