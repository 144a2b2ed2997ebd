import Core
import FoundationEssentials
import Testing

@Suite("Project names")
struct ProjectNameTests {
    @Test(
        "Lower-case letters, digits and hyphens, up to 31, are a name",
        arguments: ["a", "shop", "my-api", "a1", "a--b", "z234567890123456789012345678901"])
    func valid(_ text: String) throws {
        #expect(try ProjectName(text).rawValue == text)
    }

    @Test(
        "Anything else is refused with the field and the rule",
        arguments: [
            "", "A", "shop_2", "1shop", "-shop", "shop-", "shop.example", "sh op", "shop\n", "shop\u{0}", "../etc",
            "schöp", "ſhop", "z2345678901234567890123456789012",
        ])
    func invalid(_ text: String) throws {
        let error = try rejection(of: "name") { _ = try ProjectName(text) }
        #expect(error.hint?.contains("beginning with a letter") == true)
    }

    @Test("Names that NodePilot uses itself are refused", arguments: ProjectName.reserved.sorted())
    func reserved(_ text: String) throws {
        let error = try rejection(of: "name") { _ = try ProjectName(text) }
        #expect(error.message.contains("reserved"))
    }

    @Test(
        "A file's name suggests the nearest project name",
        arguments: [
            ("My Shop.zip", "my-shop-zip"), ("2048 Game", "game"), ("__shop__", "shop"),
            ("Müller & Söhne", "m-ller-s-hne"),
            ("a b  c", "a-b-c"), ("Shop-", "shop"),
        ])
    func suggestion(_ text: String, _ name: String) {
        #expect(ProjectName.suggested(from: text)?.rawValue == name)
    }

    @Test("A suggestion is cut to a valid length, also where the cut falls on a hyphen")
    func longSuggestion() throws {
        let name = try #require(ProjectName.suggested(from: String(repeating: "a", count: 30) + " b"))
        #expect(name.rawValue == String(repeating: "a", count: 30))
        #expect(ProjectName.suggested(from: String(repeating: "x", count: 1000))?.rawValue.utf8.count == 31)
    }

    @Test(
        "Nothing is suggested from text that offers no letter, or only a reserved name",
        arguments: ["", "123", "日本", "API"])
    func noSuggestion(_ text: String) {
        #expect(ProjectName.suggested(from: text) == nil)
    }

    @Test("A name is a plain JSON string, and is checked when it is read")
    func coding() throws {
        #expect(try NodePilotJSON.encoder().encode([ProjectName("shop")]) == Data(#"["shop"]"#.utf8))
        #expect(
            try NodePilotJSON.decoder().decode([ProjectName].self, from: Data(#"["shop"]"#.utf8)).first?.description
                == "shop")
        try rejection(of: "name") {
            _ = try NodePilotJSON.decoder().decode([ProjectName].self, from: Data(#"["Shop"]"#.utf8))
        }
    }
}
