import NIOCore

extension ClientConnection {
    /// Answers with an error page of our own.
    func answer(_ answer: ErrorAnswer) {
        endExchange()
        if answer.status == 408 { body = BodyReader(.untilClose) }
        let page = ErrorPage(
            answer: answer, requestID: request.id, serverName: worker.shared.configuration.serverName)
        let content = request.wantsJSON ? page.json : page.html
        let type = request.wantsJSON ? "application/problem+json" : "text/html; charset=utf-8"
        var fields = "Content-Type: \(type)\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
        if !request.wantsJSON { fields += "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n" }
        fields += "X-Request-ID: \(request.id)\r\n"
        if let allow = answer.allow { fields += "Allow: \(allow)\r\n" }
        write(status: answer.status, fields: fields, length: UInt64(content.utf8.count))
        if request.method != .head { unsentHead?.writeString(content) }
        answered()
    }

    func redirect(to location: String) {
        write(status: 308, fields: "Location: \(location)\r\n", length: 0)
        answered()
    }

    /// Begins an answer of our own; `length` is nil where there is no content at all (304).
    func write(status: Int, fields: String, length: UInt64?) {
        keepsAlive = keepsAlive && body.isComplete && !worker.isQuiescing
        var output = worker.takeScratch()
        output.writeString("HTTP/1.1 \(status) \(StatusLine.reason(status))\r\nDate: \(HTTPDate.now)\r\n")
        output.writeString(fields)
        if let length { output.writeString("Content-Length: \(length)\r\n") }
        if !keepsAlive {
            output.writeStaticString("Connection: close\r\n\r\n")
        } else {
            output.writeStaticString(request.minorVersion == 0 ? "Connection: keep-alive\r\n\r\n" : "\r\n")
        }
        unsentHead = output
    }
}
