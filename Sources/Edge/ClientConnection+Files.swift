import NIOCore
import NIOPosix

extension ClientConnection {
    /// Answers the request that was just read from a folder.
    func serve(_ place: FileRequest.Place, singlePage: Bool) {
        guard request.method == .get || request.method == .head else { return answer(.onlyReading) }
        let head = worker.requestHead
        let wanted = FileRequest(
            place: place, singlePage: singlePage, target: head.targetText, isHead: request.method == .head,
            ifNoneMatch: head.text(of: .ifNoneMatch), ifModifiedSince: head.text(of: .ifModifiedSince),
            range: request.method == .get ? head.text(of: .range) : nil, ifRange: head.text(of: .ifRange))
        phase = .file
        expect(within: nil)
        let serial = serial
        NIOThreadPool.singleton.runIfActive(eventLoop: worker.loop) { FileResponse(wanted) }
            .assumeIsolated()
            .whenComplete { [self] result in
                guard phase == .file, self.serial == serial else { return }
                switch result {
                case .success(let response): begin(response)
                case .failure: answer(.fileUnreadable)
                }
            }
    }

    func fileSent() {
        transfer = nil
        answered()
    }

    // MARK: - Private

    private func begin(_ response: FileResponse) {
        switch response {
        case .redirect(let location): redirect(to: location)
        case .failed(let error): answer(error)
        case .file(let content):
            write(status: content.status, fields: content.fields, length: content.length)
            if content.first.readableBytes > 0 { writeBehindHead(content.first) }
            flush()
            let transfer = FileTransfer(content.file, rest: content.range, to: self)
            self.transfer = transfer
            transfer.resume()
        }
    }
}
