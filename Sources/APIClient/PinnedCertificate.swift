import Crypto
import FoundationEssentials

/// A server's own certificate, trusted because a person compared its fingerprint.
package struct PinnedCertificate: Hashable, Sendable, Codable {
    /// DER (RFC 5280).
    package let der: [UInt8]

    package init(der: [UInt8]) {
        self.der = der
    }

    /// SHA-256 of the DER form, as browsers and `openssl x509 -fingerprint -sha256` show it: `AB:CD:…`.
    package var fingerprint: String {
        SHA256.hash(data: der).map { Self.hexadecimal($0) }.joined(separator: ":")
    }

    /// Whether `text` is this certificate's fingerprint, in either case, with or without colons.
    package func matches(fingerprint text: String) -> Bool {
        func bare(_ text: String) -> String { text.uppercased().filter { $0.isHexDigit } }
        let wanted = text.lowercased().hasPrefix("sha256:") ? String(text.dropFirst("sha256:".count)) : text
        return bare(wanted) == bare(fingerprint)
    }

    // MARK: - Codable: base64 of the DER

    package init(from decoder: any Decoder) throws {
        der = try [UInt8](Data(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try Data(der).encode(to: encoder)
    }

    // MARK: - Private

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0\(digits)" : digits
    }
}
