internal import Core
internal import Crypto
internal import FoundationEssentials
internal import GRDB

/// Seals the values of environment variables (AES-256-GCM) with the key in `DATA/secrets/environment.key`. Each value is
/// bound to its project and name, so that a row copied to another place does not open.
struct EnvironmentSeal: Sendable {
    private static let keyName = "environment.key"
    private static let keyBytes = 32
    private static let fingerprintSetting = "environment.key.fingerprint"

    private let key: SymmetricKey

    /// Reads the key, or makes it when nothing is sealed yet.
    /// - Throws: `.unprocessable` when the key is missing, short, or not the one that sealed what is stored.
    static func unlock(secrets: String, for pool: DatabasePool) throws -> EnvironmentSeal {
        let isUsed = try pool.read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM environment)") ?? false }
        let seal = try EnvironmentSeal(key: loadKey(secrets, mayMake: !isUsed))
        try pool.write { db in
            let stored = try String.fetchOne(
                db, sql: "SELECT value FROM settings WHERE key = ?", arguments: [fingerprintSetting])
            guard stored != seal.fingerprint else { return }
            guard !isUsed else { throw refusal("is not the one that sealed the stored environment values") }
            try db.execute(
                sql: "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)",
                arguments: [fingerprintSetting, seal.fingerprint])
        }
        return seal
    }

    func seal(_ value: String, name: String, project: Project.ID) throws -> Data {
        let box = try AES.GCM.seal(Data(value.utf8), using: key, authenticating: context(name: name, project: project))
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return combined
    }

    /// - Throws: when the bytes are not what was sealed for this project and name.
    func open(_ sealed: Data, name: String, project: Project.ID) throws -> String {
        let box = try AES.GCM.SealedBox(combined: sealed)
        let bytes = try AES.GCM.open(box, using: key, authenticating: context(name: name, project: project))
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - Private

    private static func loadKey(_ folder: String, mayMake: Bool) throws -> SymmetricKey {
        let path = "\(folder)/\(keyName)"
        if let bytes = try Files.read(path, limit: keyBytes + 1) {
            guard bytes.count == keyBytes else { throw refusal("does not have exactly \(keyBytes) bytes") }
            return SymmetricKey(data: bytes)
        }
        guard mayMake else { throw refusal("is missing, but there are environment values that it sealed") }
        let key = SymmetricKey(size: .bits256)
        try Files.makeFolder(folder, mode: 0o700)
        try Files.write(key.withUnsafeBytes { Array($0) }, to: keyName, in: folder)
        return key
    }

    private static func refusal(_ what: String) -> NodePilotError {
        NodePilotError(
            .unprocessable, "The key file secrets/\(keyName) in the data folder \(what).",
            hint: "Put back the file that belongs to this database, for example from a backup.")
    }

    /// Tells keys apart and says nothing about them.
    private var fingerprint: String {
        let code = HMAC<SHA256>.authenticationCode(for: Data("nodepilot environment key".utf8), using: key)
        return Data(code).base64EncodedString()
    }

    private func context(name: String, project: Project.ID) -> Data {
        Data("environment\u{0}\(project)\u{0}\(name)".utf8)
    }
}
