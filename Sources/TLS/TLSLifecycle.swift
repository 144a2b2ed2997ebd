/// Where a TLS connection stands, and what follows from each thing that can happen to it. No I/O.
struct TLSLifecycle {
    enum Phase: Hashable {
        case idle
        case handshaking
        case open
        /// The client spoke HTTP; what is written passes as it is.
        case refused
        /// Our close_notify of an orderly close is on its way.
        case closing
        /// Over: nothing is encrypted or decrypted any more.
        case ended
    }

    enum EndOfInput: Hashable {
        case ignore
        case announce
        case announceTruncation
        case close
        case fail(TLSError)
    }

    private enum Output {
        case open
        /// What was written before goes out, then close_notify; nothing new is taken.
        case closing
        case closed
    }

    enum CloseStep: Hashable {
        case sendCloseNotify
        case closeTransport
    }

    private(set) var phase = Phase.idle
    private var output = Output.open
    private(set) var isInputClosed = false
    private var hasReported = false

    /// Whether plaintext may be decrypted.
    var isReceiving: Bool { phase == .open && !isInputClosed }
    /// Whether plaintext may be encrypted now.
    var isSending: Bool { phase == .open && output != .closed }
    /// Whether no more is written, though what was may still be on its way.
    var isOutputEnding: Bool { output != .open }
    /// Whether a write is taken, be it to wait for the handshake.
    var acceptsWrites: Bool {
        switch phase {
        case .idle, .handshaking, .open: output == .open
        case .refused, .closing, .ended: false
        }
    }

    /// - Returns: false when it had begun already.
    mutating func begin() -> Bool {
        guard phase == .idle else { return false }
        phase = .handshaking
        return true
    }

    mutating func completeHandshake() {
        guard phase == .handshaking else { return }
        phase = .open
    }

    /// - Returns: whether the error is to be reported: only the first is.
    mutating func fail(_ error: TLSError) -> Bool {
        guard phase != .ended else { return false }
        phase = error == .plainHTTP ? .refused : .ended
        return report()
    }

    /// An error of the transport goes up by itself.
    mutating func transportFailed() {
        hasReported = true
    }

    mutating func receiveCloseNotify(mayHalfClose: Bool) -> EndOfInput {
        guard isReceiving else { return .ignore }
        isInputClosed = true
        return mayHalfClose ? .announce : .close
    }

    /// The transport's input has ended, its output has not.
    mutating func endTransportInput() -> EndOfInput {
        switch phase {
        case .open where !isInputClosed:
            isInputClosed = true
            return report() ? .announceTruncation : .announce
        case .idle, .handshaking: return .fail(.closedInHandshake)
        case .open, .refused, .closing, .ended: return .ignore
        }
    }

    /// - Returns: the error to report, if the end came too early.
    mutating func endTransport() -> TLSError? {
        let previous = phase
        phase = .ended
        switch previous {
        case .handshaking: return report() ? .closedInHandshake : nil
        case .open where !isInputClosed: return report() ? .truncated : nil
        case .idle, .open, .refused, .closing, .ended: return nil
        }
    }

    /// - Returns: false when that was asked for before.
    mutating func beginClosingOutput() -> Bool {
        guard output == .open else { return false }
        output = .closing
        return true
    }

    /// All plaintext is out.
    /// - Returns: whether close_notify is due now.
    mutating func finishClosingOutput() -> Bool {
        guard phase == .open, output == .closing else { return false }
        output = .closed
        return true
    }

    /// A second close does not wait for the first one's close_notify.
    mutating func close() -> CloseStep {
        guard phase == .open else {
            phase = .ended
            return .closeTransport
        }
        phase = .closing
        return output == .closed ? .closeTransport : .sendCloseNotify
    }

    // MARK: - Private

    private mutating func report() -> Bool {
        defer { hasReported = true }
        return !hasReported
    }
}
