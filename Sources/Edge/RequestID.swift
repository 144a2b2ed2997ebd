import NIOCore

/// Names one request in the app's, the dashboard's and our own log: 16 hexadecimal digits.
struct RequestID: Equatable {
    private let number: UInt64

    init(_ number: UInt64) {
        self.number = number
    }

    func write(to output: inout ByteBuffer) {
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: 16) { target in
            for position in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: number &>> UInt64(60 - 4 * position)) & 15
                target[position] = digit < 10 ? digit + 0x30 : digit + 0x57
            }
            return 16
        }
    }
}

extension RequestID: CustomStringConvertible {
    var description: String {
        var buffer = ByteBuffer()
        write(to: &buffer)
        return String(buffer: buffer)
    }
}

/// Makes request IDs: SplitMix64 from a random start. They need be different, not secret.
struct RequestIDSource {
    private var state = UInt64.random(in: .min ... .max)

    mutating func next() -> RequestID {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return RequestID(mixed ^ (mixed >> 31))
    }
}
