import Commands
import Testing

@Suite("A table")
struct TableTests {
    private func table() -> Table {
        var table = Table([.init("name"), .init("address", shrinks: true), .init("memory", .right)])
        table.add([.init("shop", .bold), .init("https://shop.example.com"), .init("48.1 MB")])
        table.add([.init("a"), .init("https://a.example.com"), .init("512 B")])
        return table
    }

    @Test("aligns text left and numbers right")
    func alignment() {
        #expect(
            table().lines(on: .plain) == [
                "NAME  ADDRESS                    MEMORY",
                "shop  https://shop.example.com  48.1 MB",
                "a     https://a.example.com       512 B",
            ])
    }

    @Test("fits the terminal by cutting what may be cut")
    func fits() {
        let terminal = Terminal(isInteractive: true, usesColour: false, width: 32)
        #expect(
            table().lines(on: terminal) == [
                "NAME  ADDRESS             MEMORY",
                "shop  https://shop.exa…  48.1 MB",
                "a     https://a.exampl…    512 B",
            ])
    }

    @Test("is wider than the terminal rather than without sense")
    func narrow() {
        let terminal = Terminal(isInteractive: true, usesColour: false, width: 5)
        #expect(table().lines(on: terminal).allSatisfy { TerminalText.columns($0) <= 21 })
    }

    @Test("colours the text, not the blanks after it")
    func colour() {
        let terminal = Terminal(isInteractive: true, usesColour: true, width: 80)
        #expect(table().lines(on: terminal)[1].hasPrefix("\u{1b}[1mshop\u{1b}[0m  https"))
    }

    @Test("shows no control characters of others")
    func hostile() {
        var table = Table([.init("name")])
        table.add([.init("a\u{1b}[2J\nb")])
        #expect(table.lines(on: .plain) == ["NAME", "ab"])
    }
}
