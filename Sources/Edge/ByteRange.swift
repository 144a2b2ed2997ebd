/// The Range of a request (RFC 9110 section 14).
enum ByteRange: Equatable {
    /// No range, several, or none that we understand: the whole file is the answer.
    case whole
    case part(Range<UInt64>)
    /// None of its bytes exist.
    case unsatisfiable

    init(_ text: String?, size: UInt64) {
        self = .whole
        guard let text, text.lowercased().hasPrefix("bytes="), !text.contains(",") else { return }
        let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]) else { return }
        switch (first, last) {
        case (.none, .none): return
        case (.none, .some(let suffix)):
            self = suffix == 0 || size == 0 ? .unsatisfiable : .part(size - min(suffix, size)..<size)
        case (.some(let first), let last):
            guard first <= last ?? .max else { return }
            self = first < size ? .part(first..<min(last ?? .max, size - 1) + 1) : .unsatisfiable
        }
    }

    /// `.some(nil)` for an empty end; nil for what is no number.
    private static func number(_ text: Substring) -> UInt64?? {
        if text.isEmpty { return .some(nil) }
        guard text.utf8.count <= 18, text.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return UInt64(text).map { .some($0) }
    }
}
