import Glibc

/// What standard output is: who reads it, and how wide it is.
package struct Terminal: Hashable, Sendable {
    /// A person looks at it: lines may be rewritten.
    package var isInteractive: Bool
    package var usesColour: Bool
    /// Nil where nobody counts columns: a file or a pipe.
    package var width: Int?

    package init(isInteractive: Bool, usesColour: Bool, width: Int?) {
        self.isInteractive = isInteractive
        self.usesColour = usesColour
        self.width = width
    }

    /// A file or a pipe.
    package static let plain = Terminal(isInteractive: false, usesColour: false, width: nil)

    /// - Parameter environment: `NO_COLOR` (any value, see no-color.org) and `TERM=dumb` turn colour off.
    static func standardOutput(environment: [String: String]) -> Terminal {
        guard isatty(STDOUT_FILENO) == 1 else { return .plain }
        let isDumb = environment["TERM"] == "dumb"
        var size = winsize()
        let hasSize = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let hasNoColour = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return Terminal(
            isInteractive: !isDumb, usesColour: !isDumb && !hasNoColour, width: hasSize ? Int(size.ws_col) : 80)
    }
}
