import Crypto
import FoundationEssentials

/// Unguessable words. The system's generator is the kernel's (getrandom).
enum Secret {
    private static let base62 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// Without 0, O, 1, I: 32 signs, 5 bits each.
    static let typable = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)

    static func word(_ length: Int) -> String { word(length, of: base62) }

    static func word(_ length: Int, of alphabet: [UInt8]) -> String {
        String(decoding: (0..<length).compactMap { _ in alphabet.randomElement() }, as: UTF8.self)
    }

    static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max) }
    }

    /// What the database holds in a token's place.
    static func hash(_ token: String) -> Data {
        Data(SHA256.hash(data: Data(token.utf8)))
    }

    /// In constant time for texts of one length.
    static func equal(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
