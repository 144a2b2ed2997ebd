package import FoundationEssentials

/// A person who signs in. The password's hash stays in `Store`.
package struct User: Codable, Hashable, Sendable, Identifiable {
    package var id: Int64
    package var username: String
    package var role: Role
    package var createdAt: Date

    package init(id: Int64, username: String, role: Role, createdAt: Date) {
        self.id = id
        self.username = username
        self.role = role
        self.createdAt = createdAt
    }

    /// - Throws: `.invalidInput` for the field `username`.
    package static func validate(username: String) throws(NodePilotError) {
        let rule = "Use 1 to 64 letters, digits, dots, hyphens, underscores or @."
        guard (1...64).contains(username.utf8.count) else {
            throw .invalid("username", "has no or more than 64 characters", hint: rule)
        }
        guard username.utf8.allSatisfy({ isLetter($0) || isDigit($0) || ".-_@".utf8.contains($0) }) else {
            throw .invalid("username", "has a character that is not allowed", hint: rule)
        }
    }

    /// - Parameter field: `password` or `new_password`.
    /// - Throws: `.invalidInput`; bcrypt reads 72 bytes and stops at NUL, so longer or NUL-bearing ones are refused.
    package static func validate(password: String, field: String = "password") throws(NodePilotError) {
        guard password.unicodeScalars.count >= 10 else {
            throw .invalid(field, "is shorter than 10 characters", hint: "Use a sentence or a password manager.")
        }
        guard password.utf8.count <= 72 else {
            throw .invalid(field, "is longer than 72 bytes", hint: "bcrypt would ignore the rest: use a shorter one.")
        }
        guard !password.utf8.contains(0) else { throw .invalid(field, "contains a NUL character") }
    }
}
