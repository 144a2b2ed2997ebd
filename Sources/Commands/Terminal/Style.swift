/// Colour and weight, where they are wanted (ECMA-48 SGR). Never the only sign of anything: a word or shape goes with it.
package struct Style: Hashable, Sendable {
    package enum Mark: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case accent = "36"
    }

    package var usesColour: Bool

    package init(usesColour: Bool) {
        self.usesColour = usesColour
    }

    package func callAsFunction(_ text: String, _ mark: Mark) -> String {
        usesColour && !text.isEmpty ? "\u{1b}[\(mark.rawValue)m\(text)\u{1b}[0m" : text
    }
}
