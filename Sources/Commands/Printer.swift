import Core
import FoundationEssentials

/// Shows a command's result in the way that was asked for.
struct Printer: Sendable {
    let isJSON: Bool
    let isQuiet: Bool
    let context: CommandContext

    var style: Style { Style(usesColour: context.terminal.usesColour) }
    /// Whether sentences and tables are wanted.
    var isTalking: Bool { !isJSON && !isQuiet }

    func say(_ line: String) {
        guard isTalking else { return }
        context.console.write("\(line)\n")
    }

    func say(_ lines: [String]) {
        guard isTalking, !lines.isEmpty else { return }
        context.console.write(lines.map { "\($0)\n" }.joined())
    }

    func show(_ table: Table) {
        say(table.lines(on: context.terminal))
    }

    /// `value` under `--json`, else what `text` says.
    func show(_ value: some Encodable, text: () -> Void) throws {
        if isJSON { try json(value) } else { text() }
    }

    /// One object in one line.
    func json(_ value: some Encodable) throws {
        let data = try NodePilotJSON.encoder().encode(value)
        context.console.write(String(decoding: data, as: UTF8.self) + "\n")
    }

    /// Names and values under each other.
    func details(_ pairs: [(String, String?)]) {
        let shown = pairs.compactMap { name, value in value.map { (name, $0) } }
        let width = shown.map { TerminalText.columns($0.0) }.max() ?? 0
        say(shown.map { "  \(style(TerminalText.padded($0.0, to: width), .dim))  \(TerminalText.safe($0.1))" })
    }
}
