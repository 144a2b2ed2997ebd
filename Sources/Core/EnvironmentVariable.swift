/// One variable of a project's environment.
package struct EnvironmentVariable: Codable, Hashable, Sendable {
    package static let maximumValueBytes = 32 * 1024
    /// Names that NodePilot sets itself, or that would change how the loader or the isolation works.
    package static let reservedNames: Set<String> = ["PORT", "HOST", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT"]

    package var name: String
    /// Nil where the reader may not see it.
    package var value: String?

    package init(name: String, value: String?) {
        self.name = name
        self.value = value
    }

    /// - Throws: `.invalidInput` naming the variable and the rule: names as in POSIX.1 chapter 8, no NUL in values.
    package func validate() throws(NodePilotError) {
        let rule = "Names have letters, digits and underscores and do not begin with a digit: DATABASE_URL."
        let field = "env_vars.\(name.prefix(64))"
        guard let first = name.utf8.first, name.utf8.count <= 128 else {
            throw .invalid("env_vars", "a name is empty or longer than 128 characters", hint: rule)
        }
        guard isLetter(first) || first == UInt8(ascii: "_"),
            name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") })
        else { throw .invalid(field, "is not a valid name", hint: rule) }
        guard !Self.reservedNames.contains(name), !name.hasPrefix("NODEPILOT_") else {
            throw .invalid(field, "is set by NodePilot itself", hint: "Remove it, or use another name.")
        }
        guard let value else { return }
        guard value.utf8.count <= Self.maximumValueBytes else {
            throw .invalid(field, "its value is longer than 32 KiB", hint: "Keep large values in a file.")
        }
        guard !value.utf8.contains(0) else { throw .invalid(field, "its value contains a NUL character") }
    }
}
