import Core
import Testing

@Suite("Users and settings")
struct UserTests {
    @Test(
        "Names of letters, digits and . - _ @ are allowed", arguments: ["a", "Ada", "ada@example.com", "a.b-c_d", "1"])
    func username(_ name: String) throws {
        try User.validate(username: name)
        try User.validate(username: String(repeating: "a", count: 64))
    }

    @Test(
        "Other names are refused",
        arguments: ["", "a b", "ä", "a/b", "a\n", "a\u{0}", String(repeating: "a", count: 65)])
    func invalidUsername(_ name: String) throws {
        try rejection(of: "username") { try User.validate(username: name) }
    }

    @Test("A password has 10 characters to 72 bytes")
    func password() throws {
        try User.validate(password: "ten chars!")
        try User.validate(password: String(repeating: "x", count: 72))
        try rejection(of: "password") { try User.validate(password: "nine char") }
        try rejection(of: "password") { try User.validate(password: String(repeating: "é", count: 9)) }
        try rejection(of: "password") { try User.validate(password: String(repeating: "x", count: 73)) }
        try rejection(of: "password") { try User.validate(password: String(repeating: "é", count: 37)) }
        try rejection(of: "new_password") { try User.validate(password: "ten\u{0}chars!", field: "new_password") }
    }

    @Test("A health path is absolute, printable ASCII", arguments: ["/", "/healthz", "/a?b=c%20d"])
    func healthPath(_ path: String) throws {
        try ProjectSettings(healthPath: path).validate()
        try ProjectSettings().validate()
    }

    @Test("Other health paths are refused", arguments: ["", "healthz", "/a b", "/ä", "/a\r\nHost: x", "http://x/"])
    func invalidHealthPath(_ path: String) throws {
        try rejection(of: "health_path") { try ProjectSettings(healthPath: path).validate() }
    }
}
