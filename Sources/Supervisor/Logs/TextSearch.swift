/// Looks for a text in bytes; ASCII letters match in either case.
struct TextSearch {
    private let needle: [UInt8]

    init(_ text: String) { needle = text.utf8.map(Self.lowercased) }

    func isFound(in bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = needle.first else { return true }
        return bytes.withUnsafeBufferPointer { haystack in
            guard haystack.count >= needle.count else { return false }
            for start in 0...(haystack.count - needle.count) where Self.lowercased(haystack[start]) == first {
                var matched = 1
                while matched < needle.count, Self.lowercased(haystack[start + matched]) == needle[matched] {
                    matched += 1
                }
                if matched == needle.count { return true }
            }
            return false
        }
    }

    // MARK: - Private

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
