import Core

/// Asks the person at the keyboard.
struct Question: Sendable {
    let context: CommandContext

    /// - Throws: `.invalidInput` naming `option` where nobody is there to answer, `CancellationError` for no answer.
    func answer(to question: String, insteadOf option: String) throws -> String {
        try requirePerson(insteadOf: option)
        context.console.writeError("\(question) ")
        guard let line = try context.keyboard.line() else { throw CancellationError() }
        return line
    }

    func password(_ question: String, insteadOf option: String) throws -> String {
        try requirePerson(insteadOf: option)
        context.console.writeError("\(question) ")
        defer { context.console.writeError("\n") }
        guard let secret = try context.keyboard.secret() else { throw CancellationError() }
        return secret
    }

    /// A new password: typed twice, or the first line of standard input.
    func newPassword(fromInput: Bool) throws -> String {
        if fromInput { return try inputLine(of: "a password") }
        let password = try password("Password (10 characters or more):", insteadOf: "--password-stdin")
        try User.validate(password: password)
        guard try self.password("Again:", insteadOf: "--password-stdin") == password else {
            throw NodePilotError.invalid("password", "the two are not the same")
        }
        return password
    }

    /// The first line of standard input.
    func inputLine(of what: String) throws -> String {
        guard let line = try context.keyboard.line(), !line.isEmpty else {
            throw NodePilotError(.invalidInput, "Standard input holds no line with \(what).")
        }
        return line
    }

    // MARK: - Private

    private func requirePerson(insteadOf option: String) throws {
        guard context.keyboard.isInteractive else {
            throw NodePilotError(.invalidInput, "There is nobody to ask.", hint: "Give \(option).")
        }
    }
}
