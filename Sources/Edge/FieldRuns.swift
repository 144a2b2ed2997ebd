import NIOCore

/// Copies field lines from one head to another, neighbours in one piece.
struct FieldRuns {
    private var start = 0
    private var end = 0

    mutating func keep(_ field: HeadField, from head: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        if field.start != end {
            flush(from: head, to: &output)
            start = field.start
        }
        end = field.end
    }

    /// Call once behind the last field.
    mutating func flush(from head: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        if end > start { output.writeBytes(UnsafeRawBufferPointer(rebasing: head[start..<end])) }
        start = end
    }
}
