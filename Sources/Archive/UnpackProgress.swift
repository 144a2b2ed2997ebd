/// How far unpacking has come; told at most 20 times a second.
package struct UnpackProgress: Codable, Hashable, Sendable {
    package var entries: Int
    /// Bytes written.
    package var bytes: UInt64

    package init(entries: Int, bytes: UInt64) {
        self.entries = entries
        self.bytes = bytes
    }
}
