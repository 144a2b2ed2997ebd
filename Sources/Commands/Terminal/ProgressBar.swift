/// A bar of blocks, to an eighth of a column.
package enum ProgressBar {
    package static let width = 20

    /// - Parameter fraction: 0 to 1; anything outside is the nearer end.
    package static func bar(_ fraction: Double, width: Int = width) -> String {
        let partial: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let eighths = Int((clamped(fraction) * Double(width * 8)).rounded(.down))
        let full = String(repeating: "█", count: eighths / 8)
        guard eighths / 8 < width else { return full }
        return TerminalText.padded(full + String(partial[eighths % 8]), to: width)
    }

    /// `1.2 MB  ██████████            50 %`
    package static func text(done: Int64, total: Int64) -> String {
        let fraction = total > 0 ? clamped(Double(done) / Double(total)) : 1
        let percent = TerminalText.paddedLeft("\(Int((fraction * 100).rounded(.down)))", to: 3)
        return "\(Measure.bytes(total))  \(bar(fraction))  \(percent) %"
    }

    // MARK: - Private

    private static func clamped(_ fraction: Double) -> Double {
        fraction.isNaN ? 0 : min(1, max(0, fraction))
    }
}
