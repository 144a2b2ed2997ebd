/// The usual part of npm's version ranges: `>=18 <21`, `^20.1`, `~18.2`, `20.x`, `18 || 20`. Other forms are nil.
struct VersionRange {
    private typealias Version = [Int]
    /// Any of these, each from a lower bound to below an upper one.
    private let alternatives: [[(from: [Int], below: [Int]?)]]

    init?(_ text: String) {
        var alternatives: [[(from: [Int], below: [Int]?)]] = []
        for part in text.split(separator: "|", omittingEmptySubsequences: true) {
            var bounds: [(from: [Int], below: [Int]?)] = []
            for word in Self.words(part) {
                guard let bound = Self.bound(word) else { return nil }
                bounds.append(bound)
            }
            alternatives.append(bounds)
        }
        self.alternatives = alternatives
    }

    func contains(_ version: String) -> Bool {
        let numbers = Self.numbers(version.prefix { $0 != "-" && $0 != "+" }) ?? []
        return alternatives.isEmpty
            || alternatives.contains { bounds in
                bounds.allSatisfy { bound in
                    !Self.isLess(numbers, bound.from) && (bound.below.map { Self.isLess(numbers, $0) } ?? true)
                }
            }
    }

    // MARK: - Private

    /// `>= 18` is one word.
    private static func words(_ text: Substring) -> [String] {
        text.split(separator: " ").reduce(into: []) { words, word in
            if let last = words.last, !last.isEmpty, last.allSatisfy({ "<>=^~".contains($0) }) {
                words[words.count - 1] += word
            } else {
                words.append(String(word))
            }
        }
    }

    private static func bound(_ word: String) -> (from: [Int], below: [Int]?)? {
        let sign = word.prefix { "<>=^~".contains($0) }
        let rest = word.dropFirst(sign.count).drop { $0 == "v" }
        guard let numbers = numbers(rest) else { return nil }
        switch sign {
        case ">=": return (numbers, nil)
        case ">": return (next(numbers, at: max(0, numbers.count - 1)), nil)
        case "<": return ([], numbers)
        case "<=": return ([], next(numbers, at: max(0, numbers.count - 1)))
        case "^": return (numbers, numbers.isEmpty ? nil : next(numbers, at: 0))
        case "~": return (numbers, numbers.isEmpty ? nil : next(numbers, at: min(1, numbers.count - 1)))
        case "", "=": return (numbers, numbers.isEmpty ? nil : next(numbers, at: numbers.count - 1))
        default: return nil
        }
    }

    /// `20.x` is [20], `*` is [].
    private static func numbers(_ text: some StringProtocol) -> [Int]? {
        var numbers: [Int] = []
        for part in text.split(separator: ".") {
            if part == "x" || part == "X" || part == "*" { break }
            guard let number = Int(part), (0...1_000_000).contains(number), numbers.count < 3 else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private static func next(_ numbers: [Int], at index: Int) -> [Int] {
        Array(numbers.prefix(index)) + (index < numbers.count ? [numbers[index] + 1] : [])
    }

    private static func isLess(_ left: [Int], _ right: [Int]) -> Bool {
        for index in 0..<3 {
            let (a, b) = (index < left.count ? left[index] : 0, index < right.count ? right[index] : 0)
            if a != b { return a < b }
        }
        return false
    }
}
