import Commands
import Core
import FoundationEssentials
import Glibc
import Synchronization

/// Remembers what a command wrote.
final class RecordingConsole: Console {
    private let texts = Mutex((output: "", errors: ""))

    var output: String { texts.withLock { $0.output } }
    var errors: String { texts.withLock { $0.errors } }

    func write(_ text: String) { texts.withLock { $0.output += text } }
    func writeError(_ text: String) { texts.withLock { $0.errors += text } }
}

/// Types what the test has prepared.
final class ScriptedKeyboard: Keyboard {
    let isInteractive: Bool
    private let lines: Mutex<[String]>

    init(_ lines: [String] = [], isInteractive: Bool = true) {
        self.isInteractive = isInteractive
        self.lines = Mutex(lines)
    }

    func line() -> String? { lines.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    func secret() -> String? { line() }
    func all() -> String { lines.withLock { $0.joined(separator: "\n") } }
}

/// A command line's surroundings: a home and a data folder of its own, and a record of what was written.
struct Surroundings: Sendable {
    let folder = TemporaryFolder()
    let console = RecordingConsole()
    var terminal = Terminal.plain
    var keyboard = ScriptedKeyboard(isInteractive: false)
    var openOffline: CommandContext.OpenOffline?
    var interruption: @Sendable () async -> Void = {
        // Nobody presses Ctrl-C: this ends with the command that waits for it.
        try? await Task.sleep(for: .seconds(3600))
    }

    var data: String { folder.file("data") }
    var socket: String { "\(data)/run/admin/admin.sock" }

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder.file("data/run/admin"), withIntermediateDirectories: true)
    }

    /// - Returns: the exit status.
    func run(_ arguments: String...) async -> Int32 {
        await run(arguments)
    }

    func run(_ arguments: [String]) async -> Int32 {
        let context = CommandContext(
            environment: ["HOME": folder.path, "XDG_STATE_HOME": folder.path, "TMPDIR": folder.path], isRoot: false,
            hostName: "laptop", terminal: terminal, console: console, keyboard: keyboard, openOffline: openOffline,
            interruption: interruption)
        return await NodePilotCommand.run(arguments, in: context)
    }
}
