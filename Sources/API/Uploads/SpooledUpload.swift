import Core
import Glibc

/// A file that was received whole and lies in the folder for uploads. Whoever gets it moves it away or removes it.
package struct SpooledUpload: Sendable {
    /// Absolute; mode 0600.
    package let path: String
    package let sizeBytes: Int64
    /// The name that the sender gave it, without folders; nil when nothing of it can be kept. For people only.
    package let fileName: String?

    /// Deletes the file; no error when it is gone already.
    package func remove() {
        unlink(path)
    }

    /// The last component, of at most 255 bytes; nil for names that mean nothing.
    static func sanitised(_ name: String?) -> String? {
        guard let name else { return nil }
        let last = name.utf8.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }).last
        guard let last, last.count <= 255 else { return nil }
        let text = String(Substring(last))
        guard text != ".", text != "..", !text.unicodeScalars.contains(where: { $0.properties.isBidiControl }) else {
            return nil
        }
        return text
    }
}

/// What a form brought: its fields, and its file once that lies on the disk.
package struct ReceivedForm: Sendable {
    package let fields: [String: String]
    package let file: SpooledUpload?
}
