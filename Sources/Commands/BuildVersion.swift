import CVersion
import Core

/// What this binary was built from.
package enum BuildVersion {
    /// `abc1234`; `unknown` when the build was not told.
    package static var commit: String {
        let text = String(cString: nodepilot_commit())
        return text.isEmpty ? "unknown" : text
    }

    /// `nodepilot 0.1.0 (abc1234)`
    package static var line: String { "nodepilot \(Version.number) (\(commit))" }
}
