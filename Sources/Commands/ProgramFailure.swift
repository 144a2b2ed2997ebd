import Core

/// A command that did not do what it was to do.
struct ProgramFailure: Error {
    /// Nil when the command has told everything already.
    var error: NodePilotError?
    /// The command to try next.
    var next: String?

    static let reported = ProgramFailure(error: nil, next: nil)
}
