import Core
import Testing

@Suite("Environment variables")
struct EnvironmentVariableTests {
    @Test("Letters, digits and underscores name a variable", arguments: ["A", "_", "DATABASE_URL", "a1", "_1"])
    func valid(_ name: String) throws {
        try EnvironmentVariable(name: name, value: "any value = \n ü").validate()
        try EnvironmentVariable(name: name, value: nil).validate()
    }

    @Test(
        "Other names are refused with their name in the field", arguments: ["1A", "A-B", "A=B", "A B", "Ä", "A\u{0}"])
    func invalidName(_ name: String) throws {
        try rejection(of: "env_vars.\(name)") { try EnvironmentVariable(name: name, value: "").validate() }
    }

    @Test("No name and one over 128 characters are refused")
    func nameLength() throws {
        try rejection(of: "env_vars") { try EnvironmentVariable(name: "", value: "").validate() }
        try EnvironmentVariable(name: String(repeating: "A", count: 128), value: "").validate()
        try rejection(of: "env_vars") {
            try EnvironmentVariable(name: String(repeating: "A", count: 129), value: "").validate()
        }
    }

    @Test(
        "Names that NodePilot sets, or that would change the loader, are refused",
        arguments: EnvironmentVariable.reservedNames.sorted() + ["NODEPILOT_DATA_DIR"])
    func reserved(_ name: String) throws {
        let error = try rejection(of: "env_vars.\(name)") { try EnvironmentVariable(name: name, value: "").validate() }
        #expect(error.message.contains("NodePilot itself"))
    }

    @Test("A value may have 32 KiB and no NUL, and is never in the error")
    func value() throws {
        let largest = String(repeating: "x", count: EnvironmentVariable.maximumValueBytes)
        try EnvironmentVariable(name: "A", value: largest).validate()
        for value in [largest + "x", "secret\u{0}"] {
            let error = try rejection(of: "env_vars.A") { try EnvironmentVariable(name: "A", value: value).validate() }
            #expect(!"\(error)".contains(value))
        }
    }
}
