package import Core

/// The one-time code that makes the first administrator: kept in `DATA/setup-code` (0600) until there is one.
package actor SetupCode {
    private static let groups = 4
    private static let groupLength = 5

    private let path: String
    private var code: String?

    /// - Parameters:
    ///   - path: `DATA/setup-code`.
    ///   - needed: whether there is no user yet; when there is, a code that was left is deleted.
    /// - Throws: when the file cannot be read or written.
    package init(path: String, needed: Bool) throws(NodePilotError) {
        self.path = path
        guard needed else {
            try SecretFile.remove(path)
            return
        }
        if let bytes = try SecretFile.read(path) {
            let kept = String(decoding: bytes, as: UTF8.self)
            if Self.normalised(kept).utf8.count == Self.groups * Self.groupLength {
                code = kept
                return
            }
        }
        let words = (0..<Self.groups).map { _ in Secret.word(Self.groupLength, of: Secret.typable) }
        let made = words.joined(separator: "-")
        try SecretFile.write(Array(made.utf8), to: path)
        code = made
    }

    /// `7KQ2M-9XHTA-…`: 100 bits; nil once there is an administrator.
    package func current() -> String? { code }

    /// Case, spaces and hyphens do not matter.
    func matches(_ text: String) -> Bool {
        guard let code else { return false }
        return Secret.equal(Self.normalised(text), Self.normalised(code))
    }

    /// There is an administrator now.
    func retire() throws(NodePilotError) {
        code = nil
        try SecretFile.remove(path)
    }

    // MARK: - Private

    private static func normalised(_ text: String) -> String {
        String(text.uppercased().filter { $0.isLetter || $0.isNumber })
    }
}
