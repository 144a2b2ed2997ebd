import NIOCore

/// Follows a body to its end, whatever its framing, and hands on what belongs to it.
struct BodyReader {
    private enum State {
        case done
        case length(UInt64)
        case chunked(ChunkedBody)
        case untilClose
    }

    private var state: State

    /// - Parameter output: what becomes of the chunked coding.
    init(_ body: MessageBody, output: ChunkedBody.Output = .framed) {
        state =
            switch body {
            case .none, .length(0): .done
            case .length(let length): .length(length)
            case .chunked: .chunked(ChunkedBody(output))
            case .untilClose: .untilClose
            }
    }

    var isComplete: Bool {
        if case .done = state { true } else { false }
    }

    /// Whether the end of the connection is the end of the body.
    var endsWithConnection: Bool {
        if case .untilClose = state { true } else { false }
    }

    /// Takes what belongs to the body from `input`, and leaves what follows it.
    mutating func consume(_ input: inout ByteBuffer, emit: (ByteBuffer) -> Void) throws(Rejection) {
        switch state {
        case .done: return
        case .length(let remaining):
            let taken = Int(min(UInt64(input.readableBytes), remaining))
            if taken > 0, let slice = input.readSlice(length: taken) { emit(slice) }
            state = remaining == UInt64(taken) ? .done : .length(remaining - UInt64(taken))
        case .untilClose:
            if input.readableBytes > 0 { emit(input) }
            input = ByteBuffer()
        case .chunked(var body):
            defer { state = body.isComplete ? .done : .chunked(body) }
            try body.consume(&input, emit: emit)
        }
    }
}
