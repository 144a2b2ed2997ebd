package import FoundationEssentials

/// Figures as people read them.
package enum Measure {
    /// `812 B`, `1.2 MB`: decimal units, as disks and networks are sold.
    package static func bytes(_ count: Int64) -> String {
        let units = ["kB", "MB", "GB", "TB", "PB"]
        guard count >= 1000 else { return "\(count) B" }
        var value = Double(count) / 1000
        var unit = 0
        while value >= 999.95, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return "\(oneDecimal(value)) \(units[unit])"
    }

    /// `0.3 s`, `12.4 s`, `2 min 5 s`
    package static func duration(seconds: Double) -> String {
        let seconds = max(0, seconds)
        if seconds < 99.95 { return "\(oneDecimal(seconds)) s" }
        let whole = Int(min(seconds, 1e9).rounded())
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    package static func duration(_ duration: Duration) -> String {
        Self.duration(seconds: seconds(duration))
    }

    package static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    /// `just now`, `5 min ago`, `3 days ago`
    package static func ago(_ date: Date, now: Date) -> String {
        let seconds = Int(min(max(0, now.timeIntervalSince(date)), 1e10))
        switch seconds {
        case ..<10: return "just now"
        case ..<60: return "\(seconds) s ago"
        case ..<3600: return "\(seconds / 60) min ago"
        case ..<86_400: return "\(seconds / 3600) h ago"
        case ..<172_800: return "yesterday"
        default: return "\(seconds / 86_400) days ago"
        }
    }

    package static func percent(_ value: Double) -> String {
        "\(oneDecimal(value)) %"
    }

    /// `1 file`, `214 files`
    package static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    /// Rounded, with one digit after the point.
    package static func oneDecimal(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
