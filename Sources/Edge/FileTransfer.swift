import NIOCore
import NIOPosix

/// Sends a file to a client, piece by piece as fast as the client takes it, reading off the event loop.
final class FileTransfer {
    static let pieceSize = 64 * 1024

    private let file: OpenFile
    private let loop: any EventLoop
    private var rest: Range<UInt64>
    private var client: ClientConnection?
    private var isReading = false

    init(_ file: OpenFile, rest: Range<UInt64>, to client: ClientConnection) {
        self.file = file
        self.rest = rest
        self.client = client
        loop = client.worker.loop
    }

    /// Reads the next piece if the client can take one; when there is none left, the answer is complete.
    func resume() {
        guard let client, !isReading, client.isWritable else { return }
        guard !rest.isEmpty else {
            cancel()
            return client.fileSent()
        }
        isReading = true
        let file = file
        let range = rest
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) { Self.read(file, range) }
            .assumeIsolated()
            .whenComplete { result in self.wasRead(result) }
    }

    func cancel() { client = nil }

    /// Blocks. Nil on an error, also when the file has become shorter than its range.
    static func read(_ file: OpenFile, _ range: Range<UInt64>) -> ByteBuffer? {
        let count = Int(min(UInt64(range.count), UInt64(pieceSize)))
        guard count > 0 else { return ByteBuffer() }
        var piece = ByteBufferAllocator().buffer(capacity: count)
        var failed = false
        piece.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            let target = UnsafeMutableRawBufferPointer(rebasing: target[..<count])
            let read = file.read(into: target, at: range.lowerBound) ?? 0
            failed = read == 0
            return read
        }
        return failed ? nil : piece
    }

    // MARK: - Private

    private func wasRead(_ result: Result<ByteBuffer?, any Error>) {
        isReading = false
        guard let client else { return }
        guard case .success(.some(let piece)) = result else { return client.truncate() }
        rest = rest.lowerBound + UInt64(piece.readableBytes)..<rest.upperBound
        client.write(piece)
        client.flush()
        resume()
    }
}
