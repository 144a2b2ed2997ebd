import CArchive
import Glibc

/// Decompresses gzip for libarchive's tar reader.
///
/// By zlib itself, since libarchive's own gzip filter verifies neither the checksum nor the length at a member's end.
final class GzipStream {
    /// Why `next` answered an error; libarchive only passes on that it did.
    private(set) var failure: UnpackRefusal?
    private let descriptor: Int32
    /// Decompressed bytes that are still allowed.
    private var left: UInt64
    private let tooLarge: UnpackRefusal
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
    private var stream = z_stream()
    private var state = State.inside

    private enum State { case inside, betweenMembers, ended }

    init(descriptor: Int32, ceiling: UInt64, tooLarge: UnpackRefusal) throws(UnpackRefusal) {
        self.descriptor = descriptor
        left = ceiling
        self.tooLarge = tooLarge
        // 15 bits of window, and 16 to read gzip and nothing else (zlib.h, inflateInit2).
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .system(ENOMEM, "read the archive")
        }
    }

    deinit {
        inflateEnd(&stream)
        input.deallocate()
        output.deallocate()
    }

    /// libarchive's read callback: a block of decompressed bytes, 0 at the end, -1 on failure.
    func next(_ block: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
        do throws(UnpackRefusal) {
            let count = try fill()
            block.pointee = UnsafeRawPointer(output.baseAddress)
            return count
        } catch {
            failure = error
            return -1
        }
    }

    /// Reads what follows the tar's end, so that the checksum at the very end is verified.
    func drain() throws(UnpackRefusal) {
        if let failure { throw failure }
        while try fill() > 0 {}
    }

    // MARK: - Private

    private func fill() throws(UnpackRefusal) -> Int {
        stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(output.count)
        while state != .ended, stream.avail_out == UInt32(output.count) {
            if stream.avail_in == 0 { try readInput() }
            if state == .inside { try inflateSome() } else { try beginMember() }
        }
        let count = output.count - Int(stream.avail_out)
        guard UInt64(count) <= left else { throw tooLarge }
        left -= UInt64(count)
        return count
    }

    private func inflateSome() throws(UnpackRefusal) {
        switch inflate(&stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: return
        case Z_STREAM_END: state = .betweenMembers
        default:
            throw .damaged(stream.msg.map { String(cString: $0) } ?? "its compressed data is not readable")
        }
    }

    /// Members may follow one another (RFC 1952 section 2.2); anything else behind the last is padding.
    private func beginMember() throws(UnpackRefusal) {
        guard state == .betweenMembers else { return }
        guard stream.next_in?.pointee == 0x1F else {
            state = .ended
            return
        }
        inflateReset(&stream)
        state = .inside
    }

    private func readInput() throws(UnpackRefusal) {
        var got = read(descriptor, input.baseAddress, input.count)
        while got < 0 && errno == EINTR { got = read(descriptor, input.baseAddress, input.count) }
        guard got >= 0 else { throw .system(errno, "read the upload") }
        if got == 0 {
            guard state == .betweenMembers else { throw .damaged("it is cut short") }
            state = .ended
        }
        stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = UInt32(got)
    }
}
