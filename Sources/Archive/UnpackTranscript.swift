import Core

/// What the unpacking child has said so far.
actor UnpackTranscript {
    private var report: UnpackReport?
    private var refusal: UnpackRefusal?

    /// Whether the child may have left files behind.
    var needsCleaning: Bool { refusal == nil }

    /// - Returns: the progress, if this line told some.
    func read(_ line: String) -> UnpackProgress? {
        // Anything that is not a message of ours (a library's remark on stderr) says nothing about the archive.
        guard let message = UnpackMessage(line: line) else { return nil }
        report = message.report ?? report
        refusal = message.refusal ?? refusal
        return message.progress
    }

    func outcome(_ status: ExitStatus) throws -> UnpackReport {
        if status.isSuccess, let report { return report }
        if case .exited = status, let refusal { throw refusal.error }
        if status == .timedOut {
            throw NodePilotError(
                .unprocessable, "The archive took longer than 10 minutes to unpack.",
                hint: "Leave out what the server installs itself, such as node_modules.")
        }
        throw NodePilotError(
            .unprocessable, "The archive could not be read (its reader ended with \(status.inWords)).",
            hint: "Make the archive again with an ordinary tool: zip -r app.zip . or tar czf app.tar.gz .")
    }
}
