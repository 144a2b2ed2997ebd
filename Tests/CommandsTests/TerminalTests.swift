import Commands
import FoundationEssentials
import Testing

@Suite("Text on a terminal")
struct TerminalTests {
    @Test(
        "counts columns, not characters",
        arguments: [("abc", 3), ("ünï", 3), ("漢字", 4), ("🚀", 2), ("e\u{301}", 1), ("", 0)])
    func columns(text: String, count: Int) {
        #expect(TerminalText.columns(text) == count)
    }

    @Test("is cut to the columns there are, and shows it")
    func cut() {
        #expect(TerminalText.cut("shop.example.com", to: 20) == "shop.example.com")
        #expect(TerminalText.cut("shop.example.com", to: 8) == "shop.ex…")
        #expect(TerminalText.cut("漢字漢字", to: 4) == "漢…")
        #expect(TerminalText.cut("abc", to: 0).isEmpty)
    }

    @Test("cannot move the cursor, clear the screen or set a title")
    func safe() {
        #expect(TerminalText.safe("a\u{1b}[2Jb\rc\u{8}d\u{7}") == "abcd")
        #expect(TerminalText.safe("\u{1b}]0;owned\u{7}title") == "title")
        #expect(TerminalText.safe("\u{1b}]8;;http://x\u{1b}\\link") == "link")
        #expect(TerminalText.safe("a\tb\u{9b}31m") == "a    b31m")
        #expect(TerminalText.safe("cut\u{1b}[") == "cut")
        #expect(TerminalText.safe("\u{1b}") == "")
        #expect(TerminalText.safe("plain é") == "plain é")
    }

    @Test("keeps colour where colour is wanted, and ends it")
    func colour() {
        let text = "\u{1b}[31mred\u{1b}[2K"
        #expect(TerminalText.safe(text, keepsColour: true) == "\u{1b}[31mred\u{1b}[0m")
        #expect(TerminalText.safe(text) == "red")
        #expect(Style(usesColour: true)("x", .green) == "\u{1b}[32mx\u{1b}[0m")
        #expect(Style(usesColour: false)("x", .green) == "x")
    }

    @Test(
        "shows sizes as people read them",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (999_960, "1.0 MB"),
            (200_000_000, "200.0 MB"), (Int64.max, "9223.4 PB"),
        ] as [(Int64, String)])
    func bytes(count: Int64, text: String) {
        #expect(Measure.bytes(count) == text)
    }

    @Test(
        "shows times as people read them",
        arguments: [
            (0.0, "0.0 s"), (0.34, "0.3 s"), (99.94, "99.9 s"), (125, "2 min 5 s"), (7260, "2 h 1 min"), (-1, "0.0 s"),
        ])
    func durations(seconds: Double, text: String) {
        #expect(Measure.duration(seconds: seconds) == text)
    }

    @Test(
        "says how long ago something was",
        arguments: [
            (3.0, "just now"), (30, "30 s ago"), (300, "5 min ago"), (7200, "2 h ago"), (100_000, "yesterday"),
            (300_000, "3 days ago"), (-50, "just now"),
        ])
    func ago(seconds: Double, text: String) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(Measure.ago(now.addingTimeInterval(-seconds), now: now) == text)
    }

    @Test("has a bar that fills from empty to full", arguments: [0.0, 0.5, 0.51, 0.999, 1, 2, -1, .nan])
    func bar(fraction: Double) {
        let bar = ProgressBar.bar(fraction)
        #expect(TerminalText.columns(bar) == 20)
        #expect(bar.allSatisfy { $0 == "█" } == (fraction >= 1))
    }

    @Test("shows figures beside the bar")
    func barText() {
        #expect(ProgressBar.text(done: 600_000, total: 1_200_000) == "1.2 MB  ██████████             50 %")
        #expect(ProgressBar.text(done: 0, total: 0) == "0 B  ████████████████████  100 %")
    }

    @Test("takes a hidden line with its corrections")
    func hiddenLine() {
        func typed(_ bytes: [UInt8]) -> HiddenLine.Result {
            var line = HiddenLine()
            var result = HiddenLine.Result.more
            for byte in bytes where result == .more { result = line.receive(byte) }
            return result
        }
        #expect(typed(Array("secret\n".utf8)) == .done("secret"))
        #expect(typed(Array("sex\u{7f}cré\u{7f}et\r".utf8)) == .done("secret"))
        #expect(typed(Array("wrong\u{15}right\n".utf8)) == .done("right"))
        #expect(typed(Array("abc\u{3}".utf8)) == .cancelled)
        #expect(typed([4]) == .cancelled)
        #expect(typed(Array("abc".utf8)) == .more)
    }
}
