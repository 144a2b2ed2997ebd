/// When a process that ended is started again. Pure: no clock, no process.
struct RestartPolicy: Sendable, Hashable {
    let first: Duration
    let longest: Duration
    /// A process that lived this long was well: the next pause is the first again.
    let resetAfter: Duration
    private var next: Duration

    init(first: Duration, longest: Duration, resetAfter: Duration) {
        self.first = first
        self.longest = longest
        self.resetAfter = resetAfter
        next = first
    }

    /// The pause before the next start of a process that lived for `uptime`.
    mutating func pause(afterUptime uptime: Duration) -> Duration {
        if uptime >= resetAfter { next = first }
        defer { next = min(next * 2, longest) }
        return next
    }
}
