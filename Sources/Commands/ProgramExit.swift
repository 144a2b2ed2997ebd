package import Core

/// How the program ends: the one table from an error's code to an exit status.
package enum ProgramExit {
    package static let success: Int32 = 0
    /// A deployment that did not become live, or whatever has no number of its own.
    package static let failure: Int32 = 1
    /// Wrong arguments (EX_USAGE of sysexits.h); also what the argument parser uses.
    package static let usage: Int32 = 64
    /// Ended by Ctrl-C, as a shell would say it.
    package static let interrupted: Int32 = 130

    package static func status(for code: NodePilotError.Code) -> Int32 {
        switch code {
        case .internal, .unprocessable: failure
        case .invalidInput, .tooLarge: 2
        case .unauthenticated, .forbidden: 3
        case .notFound: 4
        case .conflict: 5
        case .insufficientStorage: 6
        case .unavailable, .rateLimited: 7
        }
    }

    /// For `nodepilot --help`.
    package static let table = """
        EXIT STATUS
          0 done          3 not allowed   6 disk full      64 wrong arguments
          1 failed        4 not found     7 no answer     130 interrupted
          2 refused input 5 conflict
        """
}
