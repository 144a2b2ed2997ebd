package import FoundationEssentials

/// An archive that was received whole and lies on disk. Whoever takes it removes the file.
package struct Upload: Sendable {
    /// Absolute; readable by the daemon only.
    package var path: String
    package var sizeBytes: Int64
    /// When its first byte came.
    package var startedAt: Date
    package var received: Duration

    package init(path: String, sizeBytes: Int64, startedAt: Date, received: Duration) {
        self.path = path
        self.sizeBytes = sizeBytes
        self.startedAt = startedAt
        self.received = received
    }
}
