/// Which tools this machine has. A protocol, so that a machine without Node.js can be shown to the detector.
package protocol ToolLocator: Sendable {
    /// - Parameter name: `node`, `npm`, `yarn`, `pnpm`, `bun`, `python3`, or `ensurepip` (what makes virtual environments).
    /// - Returns: nil when it is not installed; its version (`20.19.2`), empty where nobody asks for it.
    func version(of name: String) -> String?
}
