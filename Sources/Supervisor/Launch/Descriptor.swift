import CLinux
import Glibc

/// A file descriptor that is closed with its last owner.
package final class Descriptor: Sendable {
    package let raw: Int32

    /// Takes over `raw`. Nil for a negative one: then errno says why.
    package init?(_ raw: Int32) {
        guard raw >= 0 else { return nil }
        self.raw = raw
    }

    deinit { close(raw) }
}

/// What the system said no to.
struct SystemError: Error, CustomStringConvertible {
    var errno: Int32
    var operation: String

    init(_ operation: String, _ errno: Int32 = Glibc.errno) {
        self.operation = operation
        self.errno = errno
    }

    var description: String { "\(operation): \(String(cString: strerror(errno)))" }
}

extension Descriptor {
    /// open(2) with close-on-exec.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
        var raw: Int32
        repeat { raw = Glibc.open(path, flags | O_CLOEXEC, mode) } while raw < 0 && errno == EINTR
        guard let descriptor = Descriptor(raw) else { throw SystemError("open \(path)") }
        return descriptor
    }

    /// Two ends of something that `make` makes.
    static func pair(_ operation: String, _ make: (UnsafeMutablePointer<Int32>) -> Int32) throws(SystemError) -> (
        Descriptor, Descriptor
    ) {
        var ends: [Int32] = [-1, -1]
        let result = ends.withUnsafeMutableBufferPointer { $0.baseAddress.map(make) ?? -1 }
        guard result == 0, let first = Descriptor(ends[0]), let second = Descriptor(ends[1]) else {
            throw SystemError(operation)
        }
        return (first, second)
    }

    func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(raw, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write") }
            rest = rest.dropFirst(count)
        }
    }
}
