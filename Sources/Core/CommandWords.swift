/// A person's command line turned into argv.
package enum CommandWords {
    /// First words that only a shell knows: its reserved words and the built-in commands that are no programs.
    private static let shellWords: Set<String> = [
        ".", "case", "cd", "eval", "exec", "export", "for", "if", "set", "source", "trap", "ulimit", "umask", "unset",
        "until", "while",
    ]

    /// Splits a plain command into words (blanks, single and double quotes, backslash as in POSIX.1 section 2.2), and hands
    /// anything that needs a shell (variables, pipes, globs, `&&`, an assignment in front, `exec`) to `/bin/sh -c`.
    ///
    /// A plain command is executed directly, so that no shell stays resident beside the app. The shell runs with the app's
    /// own rights, never with ours.
    /// - Throws: `.invalidInput` for an empty command, an unclosed quote or a NUL.
    package static func arguments(_ line: String, field: String = "start_command") throws(NodePilotError) -> [String] {
        guard !line.utf8.contains(0) else { throw .invalid(field, "contains a NUL character") }
        var words: [String] = []
        var word: String?
        var quote: Character?
        var needsShell = false
        var iterator = line.makeIterator()
        while let character = iterator.next() {
            switch (character, quote) {
            case ("'", "'"), ("\"", "\""): quote = nil
            case (_, "'"): word?.append(character)
            case ("\\", _):
                guard let next = iterator.next() else { throw .invalid(field, "ends with a backslash") }
                if next.isNewline { needsShell = true }
                if quote == "\"", !"\"\\$`".contains(next) { word?.append("\\") }
                word = (word ?? "") + String(next)
            case ("$", _), ("`", _): needsShell = true
            case (_, "\""): word?.append(character)
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case (" ", nil), ("\t", nil), ("\n", nil), ("\r\n", nil):
                if let finished = word { words.append(finished) }
                word = nil
                if character != " " && character != "\t" && !words.isEmpty { needsShell = true }
            case (_, nil) where "|&;<>()*?[]#~{}!".contains(character): needsShell = true
            case ("=", nil) where words.isEmpty: needsShell = true
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw .invalid(field, "has a quote that is not closed") }
        if let word { words.append(word) }
        if let first = words.first, shellWords.contains(first) { needsShell = true }
        if needsShell { return ["/bin/sh", "-c", line] }
        guard let program = words.first, !program.isEmpty else { throw .invalid(field, "is empty") }
        return words
    }
}
