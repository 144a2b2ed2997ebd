import Core

/// Writes lines of a log: for a person with the time of day and colour, for a program with the whole time.
struct LogWriter: Sendable {
    let printer: Printer

    func write(_ line: LogLine) throws {
        if printer.isJSON { return try printer.json(line) }
        // Lines are what was asked for: --quiet does not take them away.
        printer.context.console.write(Self.text(line, on: printer.context.terminal) + "\n")
    }

    /// `08:15:30  web.1  Listening on 41001`
    static func text(_ line: LogLine, on terminal: Terminal) -> String {
        let style = Style(usesColour: terminal.usesColour)
        let stamp = NodePilotJSON.timestamp(line.at)
        let time = terminal.isInteractive ? LocalTime.text(line.at) : stamp
        let text = TerminalText.safe(line.text, keepsColour: terminal.usesColour)
        let origin = TerminalText.safe(line.instance)
        switch line.stream {
        case .stdout: return "\(style(time, .dim))  \(style(origin, .accent))  \(text)"
        case .stderr: return "\(style(time, .dim))  \(style(origin, .red))  \(text)"
        case .nodepilot: return "\(style(time, .dim))  \(style(origin, .accent))  \(style("· \(text)", .dim))"
        }
    }
}
