import Core
import Glibc

/// Why an archive is not unpacked. Made in the child, told to the daemon as JSON.
struct UnpackRefusal: Error, Codable, Hashable, Sendable {
    enum Code: String, Codable, Sendable {
        case unprocessable
        case tooLarge = "too_large"
        case insufficientStorage = "insufficient_storage"
        case `internal`
    }

    private static let general = "Make the archive again from your app's folder: zip -r app.zip ."

    var code: Code
    /// The entry as it is shown to people; nil when the archive as a whole is at fault.
    var entry: String?
    var message: String
    var hint: String?

    init(_ code: Code, entry: String? = nil, _ message: String, hint: String? = nil) {
        self.code = code
        self.entry = entry
        self.message = message
        self.hint = hint
    }

    /// An archive that is at fault itself.
    init(entry: String? = nil, _ message: String, hint: String? = nil) {
        self.init(.unprocessable, entry: entry, message, hint: hint)
    }

    /// A failed system call while `entry` was written.
    static func system(_ number: Int32, _ doing: String, entry: String? = nil) -> UnpackRefusal {
        switch number {
        case ENOSPC, EDQUOT:
            UnpackRefusal(
                .insufficientStorage, entry: entry, "The disk is full.",
                hint: "Free some space (old releases, logs) and deploy again.")
        case EFBIG: UnpackRefusal(.tooLarge, entry: entry, "A file is larger than the limit.")
        default: UnpackRefusal(.internal, entry: entry, "Could not \(doing): \(String(cString: strerror(number))).")
        }
    }

    static func damaged(_ what: String, entry: String? = nil) -> UnpackRefusal {
        UnpackRefusal(
            entry: entry, "The archive is damaged: \(what).", hint: "Make the archive again and upload the new one.")
    }

    /// The refusal as the rest of NodePilot knows it. What the child wrote is not trusted to be short.
    var error: NodePilotError {
        let code: NodePilotError.Code =
            switch self.code {
            case .unprocessable: .unprocessable
            case .tooLarge: .tooLarge
            case .insufficientStorage: .insufficientStorage
            case .internal: .internal
            }
        let place = entry.map { "“\($0.prefix(300))”: " } ?? ""
        let hint = hint ?? (self.code == .unprocessable ? Self.general : nil)
        return NodePilotError(code, place + message.prefix(1_000), hint: hint.map { String($0.prefix(1_000)) })
    }
}
