/// What tests deploy.
enum Apps {
    static func page(_ text: String = "hello") -> [String: String] { ["index.html": text] }

    /// A Node server that answers with its release's number and the words.
    static func server(_ words: String = "", extra: String = "") -> [String: String] {
        app(start: "node server.js", extra: extra, words)
    }

    /// A server whose build waits until the file is there.
    static func slow(until gate: String, _ words: String = "") -> [String: String] {
        server(words, extra: #","build":"echo building; while [ ! -e '\#(gate)' ]; do sleep 0.02; done; echo built""#)
    }

    static func app(start: String, extra: String = "", _ words: String = "") -> [String: String] {
        [
            "nodepilot.json": #"{"start":"\#(start)"\#(extra)}"#,
            "server.js": """
            const http = require('http')
            const text = [process.env.NODEPILOT_RELEASE, '\(words)'].join(' ').trim()
            http.createServer((request, response) => response.end(text)).listen(process.env.PORT, process.env.HOST)
            """,
        ]
    }
}
