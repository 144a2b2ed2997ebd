package import FoundationEssentials

/// One line that an instance wrote, or that the supervisor wrote about it.
package struct LogLine: Codable, Hashable, Sendable {
    package enum Stream: String, Codable, Sendable, CaseIterable {
        case stdout, stderr
        /// The supervisor's own remarks: started, exited, restarting.
        case nodepilot
    }

    /// Rises by line within a project, over all of its instances and streams.
    package var seq: Int64
    package var at: Date
    package var stream: Stream
    /// `web.1`
    package var instance: String
    /// Without the newline; bytes that are not UTF-8 are replaced by U+FFFD.
    package var text: String

    package init(seq: Int64, at: Date, stream: Stream, instance: String, text: String) {
        self.seq = seq
        self.at = at
        self.stream = stream
        self.instance = instance
        self.text = text
    }
}
