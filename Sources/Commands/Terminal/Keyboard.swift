import Core
import FoundationEssentials
import Glibc

/// What a person types, or a program pipes in.
package protocol Keyboard: Sendable {
    /// Whether somebody is there to be asked.
    var isInteractive: Bool { get }
    /// A line of standard input without its newline; nil at its end.
    func line() throws -> String?
    /// A line that is not shown while it is typed.
    /// - Throws: `CancellationError` for Ctrl-C.
    func secret() throws -> String?
    /// All of standard input.
    func all() throws -> String
}

struct ProcessKeyboard: Keyboard {
    private static let maximumBytes = 1 << 20

    var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

    func line() throws -> String? { readLine(strippingNewline: true) }

    func secret() throws -> String? {
        var shown = termios()
        guard isInteractive, tcgetattr(STDIN_FILENO, &shown) == 0 else { return try line() }
        var hidden = shown
        // Signals off as well: Ctrl-C would end us with the echo still off.
        hidden.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
        var typed = HiddenLine()
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) == 1 {
            switch typed.receive(byte) {
            case .more: continue
            case .done(let text): return text
            case .cancelled: throw CancellationError()
            }
        }
        return typed.text
    }

    func all() throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: buffer.prefix(count))
            guard bytes.count <= Self.maximumBytes else {
                throw NodePilotError(.tooLarge, "Standard input is longer than 1 MiB.")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
