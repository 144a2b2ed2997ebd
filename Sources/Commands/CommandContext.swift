package import Core
import Glibc
import UnixSignals

/// What a command has to do with the world: the process's own, or a test's.
package struct CommandContext: Sendable {
    /// Opens the users of a data folder whose server is down.
    package typealias OpenOffline = @Sendable (_ dataFolder: String) async throws -> any UserAdministration

    @TaskLocal package static var current = CommandContext.process()

    package var environment: [String: String]
    package var isRoot: Bool
    package var hostName: String
    package var terminal: Terminal
    package var console: any Console
    package var keyboard: any Keyboard
    package var openOffline: OpenOffline?
    /// Returns at the first Ctrl-C.
    package var interruption: @Sendable () async -> Void

    package init(
        environment: [String: String], isRoot: Bool, hostName: String, terminal: Terminal, console: any Console,
        keyboard: any Keyboard, openOffline: OpenOffline? = nil, interruption: @escaping @Sendable () async -> Void
    ) {
        self.environment = environment
        self.isRoot = isRoot
        self.hostName = hostName
        self.terminal = terminal
        self.console = console
        self.keyboard = keyboard
        self.openOffline = openOffline
        self.interruption = interruption
    }

    package static func process(openOffline: OpenOffline? = nil) -> CommandContext {
        let environment = ProcessEnvironment.variables
        return CommandContext(
            environment: environment, isRoot: geteuid() == 0, hostName: ProcessEnvironment.hostName,
            terminal: .standardOutput(environment: environment), console: ProcessConsole(),
            keyboard: ProcessKeyboard(), openOffline: openOffline
        ) {
            for await _ in await UnixSignalsSequence(trapping: .sigint) { return }
        }
    }
}
