/// The columns of a deployment: step, detail, time.
struct StepLayout: Sendable {
    private static let nameWidth = 10
    private static let detailWidth = 42
    private static let timeWidth = 9
    private static let indent = 2

    let terminal: Terminal

    var style: Style { Style(usesColour: terminal.usesColour) }

    /// - Parameters:
    ///   - isWhole: the detail is never cut: people copy it.
    ///   - isRunning: the line will be rewritten, and must not wrap.
    func line(_ name: String, _ detail: String, time: String, isRunning: Bool = false, isWhole: Bool = false) -> String
    {
        let name = TerminalText.padded(name, to: Self.nameWidth)
        let marked = style(name, isRunning ? .accent : .dim)
        return line(marked, detail, time: time, isWhole: isWhole, mark: isWhole ? .green : nil)
    }

    func failure(_ name: String, _ detail: String, time: String) -> String {
        let name = TerminalText.padded(name, to: Self.nameWidth)
        let text = detail.isEmpty ? "failed" : "failed: \(detail)"
        return line(style(name, .red), text, time: time, isWhole: false, mark: nil)
    }

    /// A line of the log under its step.
    func logLine(_ text: String) -> String {
        let room = terminal.width.map { $0 - Self.indent - 2 }
        return style("    \(room.map { TerminalText.cut(text, to: max(1, $0)) } ?? text)", .dim)
    }

    // MARK: - Private

    private func line(_ name: String, _ detail: String, time: String, isWhole: Bool, mark: Style.Mark?) -> String {
        let safe = TerminalText.safe(detail)
        let room = terminal.width.map { max(1, $0 - 1 - Self.indent - Self.nameWidth - Self.timeWidth) }
        let text = isWhole ? safe : room.map { TerminalText.cut(safe, to: $0) } ?? safe
        let padding = String(
            repeating: " ", count: max(0, min(Self.detailWidth, room ?? Self.detailWidth) - TerminalText.columns(text)))
        let end = time.isEmpty ? "" : padding + TerminalText.paddedLeft(time, to: Self.timeWidth)
        return "  \(name)\(mark.map { style(text, $0) } ?? text)\(end)"
    }
}
