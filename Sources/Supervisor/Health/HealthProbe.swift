import CLinux
import Core
import Glibc

/// Asks an instance on 127.0.0.1 once: connect, `GET`, read the status line.
struct HealthProbe: Sendable {
    enum Answer: Sendable, Hashable {
        case refused
        case answered(status: Int)
        /// Something listens, but it does not speak HTTP or went away.
        case nonsense
        case timedOut
    }

    let port: Int
    let path: String
    let timeout: Duration
    let poller: Poller

    func ask() async -> Answer {
        await withTaskGroup(of: Answer.self) { group in
            group.addTask { await exchange() }
            group.addTask {
                // Cancelled as soon as there is an answer; then nobody looks at this one.
                do { try await Task.sleep(for: timeout) } catch { return .timedOut }
                return .timedOut
            }
            let answer = await group.next() ?? .timedOut
            group.cancelAll()
            return answer
        }
    }

    /// The status in the first line of an HTTP/1 response (RFC 9112 section 4); nil for anything else.
    static func status(of bytes: [UInt8]) -> Int? {
        let line = String(decoding: bytes.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), parts[1].utf8.count == 3, let status = Int(parts[1])
        else { return nil }
        return status
    }

    // MARK: - Private

    private func exchange() async -> Answer {
        let type = Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC
        guard let socket = Descriptor(socket(AF_INET, type, 0)) else { return .refused }
        guard await connect(socket) else { return .refused }
        let request =
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUser-Agent: NodePilot-health\r\nAccept: */*\r\n"
            + "Connection: close\r\n\r\n"
        let bytes = Array(request.utf8)
        // A request of a few hundred bytes always fits into the buffer of a fresh socket.
        guard send(socket.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            return .nonsense
        }
        return await answer(on: socket)
    }

    private func connect(_ socket: Descriptor) async -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result == 0 { return true }
        guard errno == EINPROGRESS, await poller.wait(for: socket.raw, .writable) else { return false }
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(socket.raw, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0
    }

    private func answer(on socket: Descriptor) async -> Answer {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1024)
        while bytes.count < 4096 {
            let count = recv(socket.raw, &chunk, chunk.count, 0)
            if count > 0 {
                bytes.append(contentsOf: chunk.prefix(count))
                if bytes.contains(0x0A) { break }
            } else if count < 0 && errno == EINTR {
                continue
            } else if count < 0 && errno == EAGAIN {
                guard await poller.wait(for: socket.raw, .readable) else { return .timedOut }
            } else {
                break
            }
        }
        return Self.status(of: bytes).map { .answered(status: $0) } ?? .nonsense
    }
}
