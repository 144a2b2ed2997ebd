/// How far packing has come.
package struct PackProgress: Hashable, Sendable {
    package var files: Int
    /// Before compression.
    package var bytes: UInt64

    package init(files: Int, bytes: UInt64) {
        self.files = files
        self.bytes = bytes
    }
}
