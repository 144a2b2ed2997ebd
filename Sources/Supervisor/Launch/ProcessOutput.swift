import Glibc

/// The read end of a process's output, read only as fast as the lines are taken.
final class ProcessOutput: Sendable {
    private let descriptor: Descriptor
    private let poller: Poller
    private let ended = Outcome<Bool>()

    init(_ descriptor: Descriptor, poller: Poller) {
        self.descriptor = descriptor
        self.poller = poller
    }

    /// From now on an empty pipe is the end, whoever may still hold it open.
    func end() { ended.settle(true) }

    /// Calls `onLine` for every line until the end.
    func relay(to onLine: @Sendable (String) async -> Void) async {
        var cutter = LineCutter()
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let isEnding = ended.current != nil
            let count = read(descriptor.raw, &buffer, buffer.count)
            if count > 0 {
                for line in cutter.take(buffer.prefix(count)) { await onLine(line) }
            } else if count < 0 && errno == EINTR {
                continue
            } else if count < 0 && errno == EAGAIN && !isEnding {
                await more()
            } else {
                break
            }
        }
        if let line = cutter.finish() { await onLine(line) }
    }

    // MARK: - Private

    /// Until there is more, or it is the end. Not until cancellation: a job that is cancelled is killed, and then ends.
    private func more() async {
        let woken = Outcome<Bool>()
        let registration = try? poller.add(descriptor.raw, .readable, once: true) { woken.settle(true) }
        guard let registration else { return end() }  // nothing can be read from what cannot be watched
        await withTaskGroup { group in
            group.addTask { _ = await woken.value() }
            group.addTask { [ended] in _ = await ended.value() }
            await group.next()
            group.cancelAll()
        }
        poller.remove(registration)
    }
}
