import Glibc

/// The TCP sockets that listen, by /proc/net/tcp and tcp6 (proc(5)).
enum SocketTable {
    struct Listener: Equatable {
        var uid: UInt32
        var inode: String
    }

    static func listeners(onPort port: Int) -> [Listener] {
        (lines("/proc/net/tcp") + lines("/proc/net/tcp6")).compactMap { listener($0, port) }
    }

    static func lines(_ path: String) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0, bytes.count < 1 << 24 else { break }
            bytes += piece[..<count]
        }
        return bytes.split(separator: ASCII.lineFeed).map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: - Private

    /// Of a line that says LISTEN (0A) on this port.
    private static func listener(_ line: String, _ port: Int) -> Listener? {
        let words = line.split(separator: " ")
        guard words.count > 9, words[3] == "0A", let hex = words[1].split(separator: ":").last,
            Int(hex, radix: 16) == port, let uid = UInt32(words[7])
        else { return nil }
        return Listener(uid: uid, inode: String(words[9]))
    }
}
