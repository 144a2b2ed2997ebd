/// Text from servers and apps, made fit for a terminal.
package enum TerminalText {
    /// Columns that `text` takes; wide East Asian characters and emoji take two.
    package static func columns(_ text: String) -> Int {
        text.reduce(0) { $0 + columns($1) }
    }

    /// At most `limit` columns, the cut shown by “…”.
    package static func cut(_ text: String, to limit: Int) -> String {
        guard columns(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var result = ""
        var used = 1
        for character in text {
            used += columns(character)
            if used > limit { break }
            result.append(character)
        }
        return result + "…"
    }

    package static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - columns(text)))
    }

    package static func paddedLeft(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - columns(text))) + text
    }

    /// Without control characters and escape sequences: what somebody else wrote must not move our cursor.
    /// - Parameter keepsColour: keeps colour sequences (`ESC [ … m`), and ends them.
    package static func safe(_ text: String, keepsColour: Bool = false) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == 0xc2 }) else { return text }
        var result = ""
        var isColoured = false
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "\u{1b}" {
                let sequence = escapeSequence(&rest)
                guard keepsColour, let sequence, sequence.last == "m" else { continue }
                result += "\u{1b}\(sequence)"
                isColoured = true
            } else if scalar == "\t" {
                result += "    "
            } else if scalar.properties.generalCategory != .control {
                result.unicodeScalars.append(scalar)
            }
        }
        return isColoured ? result + "\u{1b}[0m" : result
    }

    // MARK: - Private

    /// Takes a sequence that follows an ESC off the front.
    /// - Returns: it, when it is a complete control sequence (`[`, parameters, a final letter); nil for others.
    private static func escapeSequence(_ rest: inout Substring.UnicodeScalarView) -> String? {
        guard rest.first == "[" else {
            // Operating system commands (titles, links) run to BEL or ESC \; others have one letter.
            if rest.first == "]" {
                while let scalar = rest.popFirst(), scalar != "\u{7}" {
                    if scalar == "\u{1b}" {
                        rest = rest.dropFirst()
                        break
                    }
                }
            } else {
                rest = rest.dropFirst()
            }
            return nil
        }
        var sequence = ""
        while let scalar = rest.popFirst() {
            sequence.unicodeScalars.append(scalar)
            if sequence.count > 1, (0x40...0x7e).contains(scalar.value) { return sequence }
            if sequence.count > 32 { return nil }
        }
        return nil
    }

    private static func columns(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        if scalar.value < 0x300 { return 1 }
        if scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .format {
            return 0
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        // East Asian wide and fullwidth blocks (Unicode UAX #11), coarsely.
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd,
        ]
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
