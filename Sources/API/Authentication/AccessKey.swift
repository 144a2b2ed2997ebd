package import Core

/// The key that signs access tokens: 32 random bytes in `DATA/secrets/access.key`.
package struct AccessKey: Sendable {
    package static let size = 32

    let bytes: [UInt8]

    /// Reads the key, or makes it at the very first start. Call before the database is made: a key that is missing
    /// beside a database was lost, and a new one in its place would hide that.
    /// - Throws: a sentence for the operator when the key is missing beside a database, or short.
    package static func load(path: String, databaseExists: Bool) throws(NodePilotError) -> AccessKey {
        if let bytes = try SecretFile.read(path) {
            guard bytes.count == size else {
                throw NodePilotError(
                    .unprocessable, "The signing key \(path) is \(bytes.count) bytes long, not \(size).",
                    hint: "Restore it from a backup, or delete it together with the database to begin anew.")
            }
            return AccessKey(bytes: bytes)
        }
        guard !databaseExists else {
            throw NodePilotError(
                .unprocessable, "The signing key \(path) is missing, though there is a database.",
                hint: "Restore it from a backup. To go on without it, put 32 random bytes there (mode 0600): "
                    + "everybody then signs in again.")
        }
        let key = AccessKey(bytes: Secret.bytes(size))
        try SecretFile.write(key.bytes, to: path)
        return key
    }
}
