import Core
import FoundationEssentials

/// The page that a person sees, in one piece: no script, no request for anything else.
struct ErrorPage {
    var answer: ErrorAnswer
    var requestID: RequestID
    var serverName: String

    var html: String {
        let reason = StatusLine.reason(answer.status)
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(answer.status) \(reason)</title>
            <style>
            :root{color-scheme:light dark}
            body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;\
            background:light-dark(#fafafa,#111);color:light-dark(#1a1a1a,#eaeaea)}
            main{max-width:34rem;padding:2rem}
            p{margin:.5rem 0;overflow-wrap:anywhere}
            h1{font-size:1.25rem;margin:0 0 1rem}
            h1 b,small{color:light-dark(#666,#999);font-weight:400}
            </style>
            <main>
            <h1><b>\(answer.status)</b> \(reason)</h1>
            <p>\(Self.escaped(answer.message))</p>
            \(answer.hint.isEmpty ? "" : "<p>\(Self.escaped(answer.hint))</p>\n")\
            <p><small>\(Self.escaped(serverName)) · request \(requestID)</small></p>
            </main>
            </html>

            """
    }

    /// The same as a problem document (RFC 9457).
    var json: String {
        let error = NodePilotError(answer.code, answer.message, hint: answer.hint.isEmpty ? nil : answer.hint)
        let problem = Problem(
            error, title: StatusLine.reason(answer.status), status: answer.status, requestID: "\(requestID)")
        // It has nothing but strings and numbers, which can always be encoded.
        guard let data = try? NodePilotJSON.encoder().encode(problem) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
