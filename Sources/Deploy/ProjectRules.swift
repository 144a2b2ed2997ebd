package import Core

/// The rules for a project's fields, the same for creation and change.
package enum ProjectRules {
    /// - Throws: `.invalidInput` for `display_name`.
    package static func displayName(_ text: String) throws(NodePilotError) -> String {
        guard (1...100).contains(text.count), !text.unicodeScalars.contains(where: { $0.properties.isControl }) else {
            throw .invalid("display_name", "must have 1 to 100 characters and no line breaks")
        }
        return text
    }

    /// - Throws: `.invalidInput` for `start_command`. Empty means: as detected.
    package static func startCommand(_ text: String) throws(NodePilotError) -> String {
        guard text.utf8.count <= 4096 else {
            throw .invalid(
                "start_command", "is longer than 4096 bytes", hint: "Put it into a script and start that.")
        }
        if !text.isEmpty { _ = try CommandWords.arguments(text) }
        return text
    }

    /// - Throws: `.invalidInput` for `port`.
    package static func port(_ number: Int?) throws(NodePilotError) -> Int? {
        guard let number else { return nil }
        guard (1024...65535).contains(number) else {
            throw .invalid(
                "port", "must be between 1024 and 65535",
                hint: "Leave it out: NodePilot then chooses a port and hands it over in PORT.")
        }
        return number
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control }
}
