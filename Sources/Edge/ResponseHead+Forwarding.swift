import NIOCore

extension ResponseHead {
    /// What becomes of the connection to the client, and of the body on it.
    struct Delivery {
        /// Of the client's request.
        var minorVersion: UInt8
        var keepsAlive: Bool
        /// A body without a length is chunked by us, so that the client sees its end and keeps its connection.
        var chunksBody = false
    }

    /// Writes the head for the client, without what was meant for the app's connection only.
    func write(_ delivery: Delivery, to output: inout ByteBuffer) {
        let keepsUpgrade = status == 101 || status == 426
        bytes.withUnsafeReadableBytes { head in
            output.writeStaticString("HTTP/1.1 ")
            output.writeBytes(UnsafeRawBufferPointer(rebasing: head[statusText]))
            output.writeStaticString(statusText.count == 3 ? " \r\n" : "\r\n")
            let options = ConnectionOptions(fields, in: head)
            var runs = FieldRuns()
            for field in fields
            where passes(field.name, delivery, keepsUpgrade) && !nominates(options, field, head, keepsUpgrade) {
                runs.keep(field, from: head, to: &output)
            }
            runs.flush(from: head, to: &output)
        }
        if delivery.chunksBody { output.writeStaticString("Transfer-Encoding: chunked\r\n") }
        output.writeStaticString(connection(delivery, keepsUpgrade))
    }

    // MARK: - Private

    private func nominates(
        _ options: ConnectionOptions, _ field: HeadField, _ head: UnsafeRawBufferPointer, _ keepsUpgrade: Bool
    ) -> Bool {
        if keepsUpgrade, field.name == .upgrade { return false }
        return options.nominates(field, of: fields, in: head)
    }

    private func passes(_ name: FieldName, _ delivery: Delivery, _ keepsUpgrade: Bool) -> Bool {
        switch name {
        case .connection, .keepAlive, .te, .trailer, .proxy, .http2Settings: false
        case .upgrade: keepsUpgrade
        // RFC 9110 section 8.6 and RFC 9112 section 6.1 forbid both here.
        case .contentLength: status != 204 && !isInterim
        case .transferEncoding: status != 204 && !isInterim && delivery.minorVersion > 0
        case .host, .expect, .identity, .alias, .other, .accept, .ifNoneMatch, .ifModifiedSince, .ifRange, .range: true
        }
    }

    private func connection(_ delivery: Delivery, _ keepsUpgrade: Bool) -> StaticString {
        if keepsUpgrade, delivery.keepsAlive { return "Connection: Upgrade\r\n\r\n" }
        if isInterim { return "\r\n" }
        if !delivery.keepsAlive { return "Connection: close\r\n\r\n" }
        return delivery.minorVersion == 0 ? "Connection: keep-alive\r\n\r\n" : "\r\n"
    }
}
