import COpenSSL

/// What stood in OpenSSL's error queue of this thread, oldest first, in OpenSSL's own words.
package struct OpenSSLErrors: Sendable, Hashable {
    /// Such as `SSL routines: no shared cipher`; empty when OpenSSL gave no reason.
    package let sentences: [String]
    private let codes: [UInt]

    /// Takes the queue and leaves it empty.
    static func take() -> OpenSSLErrors {
        var codes: [UInt] = []
        var sentences: [String] = []
        var detail: UnsafePointer<CChar>?
        var flags: Int32 = 0
        while case let code = ERR_get_error_all(nil, nil, nil, &detail, &flags), code != 0 {
            codes.append(code)
            sentences.append(sentence(code, detail: flags & ERR_TXT_STRING != 0 ? detail : nil))
        }
        return OpenSSLErrors(sentences: sentences, codes: codes)
    }

    /// Whether the TLS part of OpenSSL gave this reason, an `SSL_R_…` constant.
    func contains(sslReason reason: Int32) -> Bool {
        codes.contains { ERR_GET_LIB($0) == ERR_LIB_SSL && ERR_GET_REASON($0) == reason }
    }

    // MARK: - Private

    private static func sentence(_ code: UInt, detail: UnsafePointer<CChar>?) -> String {
        let library = ERR_lib_error_string(code).map { String(cString: $0) } ?? "OpenSSL"
        let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
        let suffix = detail.map { String(cString: $0) } ?? ""
        return suffix.isEmpty ? "\(library): \(reason)" : "\(library): \(reason) (\(suffix))"
    }
}

extension OpenSSLErrors: CustomStringConvertible {
    package var description: String {
        sentences.isEmpty ? "OpenSSL gave no reason" : sentences.joined(separator: "; ")
    }
}
