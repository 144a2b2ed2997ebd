package import Core

/// Runs the install and build commands of a plan as the project's builder.
package struct ReleaseBuilder: Sendable {
    private let runner: any CommandRunner
    /// For each command.
    private let timeout: Duration

    package init(runner: any CommandRunner, timeout: Duration = .seconds(15 * 60)) {
        self.runner = runner
        self.timeout = timeout
    }

    /// - Parameter onLine: what the commands write, each introduced by a line `$ npm ci`.
    /// - Throws: `.unprocessable` naming the command, how it ended and the cause; `.insufficientStorage` for a full disk.
    package func install(
        _ plan: AppPlan, in environment: BuildEnvironment, onLine: @escaping @Sendable (String) async -> Void
    ) async throws {
        try await run(plan.install, of: plan, in: environment, onLine: onLine)
    }

    /// As `install`.
    package func build(
        _ plan: AppPlan, in environment: BuildEnvironment, onLine: @escaping @Sendable (String) async -> Void
    ) async throws {
        try await run(plan.build, of: plan, in: environment, onLine: onLine)
    }

    /// Removes the private folder with its caches; to be called when a build is over, however it ended.
    package func removeHome(of environment: BuildEnvironment) async throws {
        let status = try await runner.run(job(["/bin/rm", "-rf", "--", environment.home], [:], environment)) { _ in }
        guard status.isSuccess else { throw NodePilotError(.internal, "The build's home could not be removed.") }
    }

    // MARK: - Private

    private func run(
        _ commands: [BuildCommand], of plan: AppPlan, in environment: BuildEnvironment,
        onLine: @escaping @Sendable (String) async -> Void
    ) async throws {
        guard !commands.isEmpty else { return }
        let made = try await runner.run(job(["/bin/mkdir", "-p", "--", environment.home], [:], environment)) { _ in }
        guard made.isSuccess else { throw NodePilotError(.internal, "The build's home could not be made.") }
        for command in commands {
            let output = OutputTail()
            await onLine("$ \(Self.shown(command))")
            let variables = environment.variables(for: command, of: plan)
            let status = try await runner.run(job(command.arguments, variables, environment)) { line in
                await output.add(line)
                await onLine(line)
            }
            try Task.checkCancellation()
            guard status.isSuccess else {
                throw BuildFailure(command: Self.shown(command), status: status, lines: await output.lines).error
            }
        }
    }

    private func job(_ arguments: [String], _ variables: [String: String], _ environment: BuildEnvironment) -> Job {
        Job(
            .command(arguments), as: .builder(environment.project), in: environment.folder,
            environment: variables.isEmpty ? ["PATH": environment.path] : variables, timeout: timeout)
    }

    /// The command as a person would write it; a script within it as its first line.
    private static func shown(_ command: BuildCommand) -> String {
        let words = command.arguments.first == "/bin/sh" ? Array(command.arguments.dropFirst(2)) : command.arguments
        let line = words.joined(separator: " ")
        let first = line.prefix { !$0.isNewline }
        return first.count < line.count ? "\(first) …" : line
    }
}

/// The last lines of a command's output.
private actor OutputTail {
    private(set) var lines: [String] = []

    func add(_ line: String) {
        lines.append(String(line.prefix(1_000)).withoutEscapeSequences)
        if lines.count > 400 { lines.removeFirst(200) }
    }
}
