extension String {
    /// Without terminal escape sequences (ECMA-48, 5.4: `ESC [`, parameters, a final byte): a cause is read as a sentence.
    var withoutEscapeSequences: String {
        guard unicodeScalars.contains("\u{1b}") else { return self }
        var result = ""
        var rest = unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\u{1b}" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard rest.popFirst() == "[" else { continue }
            while let next = rest.popFirst(), !(0x40...0x7e).contains(next.value) {}
        }
        return result
    }
}
