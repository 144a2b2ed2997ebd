/// The rule for names of services: they are part of instances' names (`web.1`) and of files.
enum ServiceName {
    static let rule = "Use up to 31 lower-case letters, digits, hyphens and underscores, beginning with a letter: web, worker."

    static func isValid(_ name: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = name.utf8.first, letters.contains(first), name.utf8.count <= 31 else { return false }
        return name.utf8.allSatisfy {
            letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }
}
