/// What the upper layers asked to read, against what went up: one `read` gives one batch of `channelRead`s with one
/// `channelReadComplete`, as a socket does. No I/O.
struct ReadDemand {
    enum BatchEnd: Hashable {
        case nothing
        /// What came in made no plaintext: read again to fulfil the wish, or to finish the handshake.
        case readMore
        case announce(thenRead: Bool)
    }

    private(set) var isAsked = false
    private var isAskedAgain = false
    /// Plaintext went up since the last `channelReadComplete`.
    private(set) var hasDelivered = false

    mutating func ask() {
        if hasDelivered { isAskedAgain = true } else { isAsked = true }
    }

    mutating func deliver() {
        hasDelivered = true
    }

    /// - Parameter isHandshaking: then we read for ourselves.
    mutating func endBatch(isHandshaking: Bool) -> BatchEnd {
        guard hasDelivered else { return isAsked || isHandshaking ? .readMore : .nothing }
        hasDelivered = false
        isAsked = isAskedAgain
        isAskedAgain = false
        return .announce(thenRead: isAsked)
    }
}
