package import Core

/// `KEY=VALUE` as people type it.
package struct Assignment: Hashable, Sendable {
    package let name: String
    package let value: String

    /// - Throws: `.invalidInput` without `=`, or for a name that no environment may hold.
    package init(_ text: String) throws(NodePilotError) {
        guard let equals = text.firstIndex(of: "=") else {
            throw .invalid(text, "has no value", hint: "Write it as KEY=VALUE.")
        }
        try self.init(name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }

    init(name: String, value: String) throws(NodePilotError) {
        try EnvironmentVariable(name: name, value: value).validate()
        self.name = name
        self.value = value
    }

    var variable: EnvironmentVariable { EnvironmentVariable(name: name, value: value) }
}
