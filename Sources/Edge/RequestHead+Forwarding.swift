import NIOCore

extension RequestHead {
    /// Writes the head for the app: the same request without what was meant for this connection only or says who the
    /// client is, and with what the edge knows about it (RFC 9110 section 7.6).
    func write(
        forwarded: ForwardedHeaders, requestID: RequestID, to output: inout ByteBuffer
    ) {
        bytes.withUnsafeReadableBytes { head in
            output.writeBytes(UnsafeRawBufferPointer(rebasing: head[..<methodEnd]))
            output.writeStaticString(" ")
            if target.isEmpty {
                output.writeStaticString(method == .options ? "*" : "/")
            } else {
                output.writeBytes(UnsafeRawBufferPointer(rebasing: head[target]))
            }
            output.writeStaticString(" HTTP/1.1\r\n")
            writeFields(head, to: &output)
            let authority = UnsafeRawBufferPointer(rebasing: head[authorityRange])
            if isAbsoluteForm {
                output.writeStaticString("Host: ")
                output.writeBytes(authority)
                output.writeStaticString("\r\n")
            }
            forwarded.write(host: authority, requestID: requestID, to: &output)
        }
        output.writeStaticString(wantsWebSocket ? "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" : "\r\n")
    }

    // MARK: - Private

    private func writeFields(_ head: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        let options = ConnectionOptions(fields, in: head)
        var runs = FieldRuns()
        for field in fields where passes(field.name) && !options.nominates(field, of: fields, in: head) {
            runs.keep(field, from: head, to: &output)
        }
        runs.flush(from: head, to: &output)
    }

    private func passes(_ name: FieldName) -> Bool {
        switch name {
        case .connection, .keepAlive, .te, .trailer, .upgrade, .proxy, .http2Settings, .identity, .alias: false
        case .host: !isAbsoluteForm
        case .expect: expectsContinue
        case .contentLength, .transferEncoding, .other, .accept, .ifNoneMatch, .ifModifiedSince, .ifRange, .range: true
        }
    }
}
