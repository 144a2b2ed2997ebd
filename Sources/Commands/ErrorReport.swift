import Core
import FoundationEssentials

/// An error as the person, or the program under `--json`, gets it on standard error.
enum ErrorReport {
    static func text(_ error: NodePilotError, next: String? = nil, in context: CommandContext) -> String {
        let style = Style(usesColour: context.terminal.usesColour)
        var lines = ["\(style("nodepilot:", .red)) \(TerminalText.safe(error.message))"]
        if error.fields.count > 1 {
            lines += error.fields.map { "  \(TerminalText.safe($0.name)): \(TerminalText.safe($0.problem))" }
        }
        if let hint = error.hint { lines.append("  \(TerminalText.safe(hint))") }
        if let seconds = error.retryAfter { lines.append("  Try again in \(Measure.count(seconds, "second")).") }
        if let next { lines.append("Try: \(style(next, .bold))") }
        return lines.map { "\($0)\n" }.joined()
    }

    static func json(_ error: NodePilotError) -> String {
        let report = Report(
            code: error.code, detail: error.message, hint: error.hint,
            fields: error.fields.isEmpty ? nil : error.fields,
            retryAfter: error.retryAfter)
        // Strings and numbers cannot fail to encode; the code alone says enough if they did.
        guard let data = try? NodePilotJSON.encoder().encode(report) else {
            return "{\"code\":\"\(error.code.rawValue)\"}\n"
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private struct Report: Encodable {
        var code: NodePilotError.Code
        var detail: String
        var hint: String?
        var fields: [NodePilotError.Field]?
        var retryAfter: Int?
    }
}
