internal import CCrypt

/// crypt(5)'s bcrypt, each call with memory of its own.
enum Bcrypt {
    /// bcrypt reads 72 bytes and stops at NUL: what it would cut is refused, so that no two passwords are alike.
    static func accepts(_ password: String) -> Bool {
        password.utf8.count <= 72 && !password.utf8.contains(0)
    }

    static func isHash(_ text: String) -> Bool {
        text.utf8.count == 60 && text.hasPrefix("$2b$")
    }

    /// A setting with 16 random bytes; nil only when libcrypt does not know bcrypt.
    static func salt(cost: Int) -> String? {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in CChar(bitPattern: UInt8.random(in: .min ... .max, using: &random)) }
        var output = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        let made = crypt_gensalt_rn("$2b$", UInt(cost), bytes, Int32(bytes.count), &output, Int32(output.count))
        return made == nil ? nil : text(output)
    }

    static func emptySalt(cost: Int) -> String {
        "$2b$\(cost < 10 ? "0" : "")\(cost)$" + String(repeating: ".", count: 22)
    }

    /// - Parameter setting: a salt, or a hash, which begins with its salt.
    static func hash(_ password: String, setting: String) -> String? {
        let memory = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer {
            explicit_bzero(memory, MemoryLayout<crypt_data>.size)
            memory.deallocate()
        }
        memset(memory, 0, MemoryLayout<crypt_data>.size)
        guard let result = crypt_r(password, setting, memory) else { return nil }
        let hash = String(cString: result)
        return isHash(hash) ? hash : nil
    }

    static func equal(_ one: String, _ other: String) -> Bool {
        guard one.utf8.count == other.utf8.count else { return false }
        return zip(one.utf8, other.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
