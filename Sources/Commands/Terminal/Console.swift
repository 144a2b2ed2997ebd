import Glibc

/// Where commands write.
package protocol Console: Sendable {
    func write(_ text: String)
    func writeError(_ text: String)
}

/// This process's standard output and error, unbuffered, so that the two keep their order.
struct ProcessConsole: Console {
    func write(_ text: String) { Self.write(text, to: STDOUT_FILENO) }
    func writeError(_ text: String) { Self.write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno == EPIPE {
                // The reader has gone (`nodepilot logs shop | head`). NIO ignores the signal that ends programs then.
                signal(SIGPIPE, SIG_DFL)
                raise(SIGPIPE)
                return
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}
