package import APIClient
package import Core

/// What happens while something is deployed, seen from here.
package enum DeployingInput: Sendable {
    case packing(files: Int, bytes: Int64)
    case uploading(UploadProgress)
    /// The archive is unpacked, its kind is known, and the server goes on by itself.
    case accepted(DeploymentAccepted)
    case event(DeploymentEvent)
    /// Time has passed.
    case tick
}

/// What a reporter wants written.
package enum DeployingOutput: Hashable, Sendable {
    /// A line that stays.
    case line(String)
    /// The last line, rewritten by the next output. Only on terminals.
    case status(String)
    /// A line on standard error that stays.
    case error(String)
}

/// Turns what happens into what is shown. A pure state machine: no clock, no output of its own.
package protocol DeploymentReporter: Sendable {
    /// - Parameter elapsed: since the command began.
    mutating func receive(_ input: DeployingInput, at elapsed: Duration) -> [DeployingOutput]
}
