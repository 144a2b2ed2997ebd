/// A size as people read it: `812 B`, `1.2 MB` (powers of 1000, as disks and networks count).
package struct ByteCount: CustomStringConvertible, Hashable, Sendable {
    package let bytes: Int64

    package init(_ bytes: Int64) { self.bytes = bytes }

    package var description: String {
        guard bytes.magnitude >= 1000 else { return "\(bytes) B" }
        var value = Double(bytes)
        var unit = ""
        for next in ["kB", "MB", "GB", "TB"] where value.magnitude >= 1000 || unit.isEmpty {
            value /= 1000
            unit = next
        }
        let tenths = (value * 10).rounded() / 10
        return tenths.magnitude >= 100 ? "\(Int(tenths.rounded())) \(unit)" : "\(tenths) \(unit)"
    }
}
