package import Core

/// A `.env` file: `KEY=VALUE` lines, `export` in front allowed, `#` comments, single quotes literal, double quotes with
/// `\n`, `\t`, `\"`, `\\` and line breaks inside. Nothing is expanded or executed.
package enum EnvironmentFile {
    /// - Throws: `.invalidInput` naming the line.
    package static func parse(_ text: String) throws(NodePilotError) -> [Assignment] {
        var assignments: [Assignment] = []
        var number = 0
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
        while let line = lines.popFirst() {
            number += 1
            let first = number
            var bare = trimmed(line)
            if bare.isEmpty || bare.hasPrefix("#") { continue }
            if bare.hasPrefix("export ") { bare = trimmed(bare.dropFirst("export ".count)) }
            guard let equals = bare.firstIndex(of: "=") else { throw wrong(first, "has no =") }
            let name = trimmed(bare[..<equals])
            var raw = trimmed(bare[bare.index(after: equals)...])
            while let quote = raw.first, quote == "\"" || quote == "'", closing(quote, in: raw) == nil {
                guard let next = lines.popFirst() else { throw wrong(first, "has a quote that is not closed") }
                number += 1
                raw = raw + "\n" + next
            }
            do throws(NodePilotError) {
                assignments.append(try Assignment(name: String(name), value: value(raw)))
            } catch {
                throw wrong(first, error.fields.first?.problem ?? error.message)
            }
        }
        return assignments
    }

    // MARK: - Private

    private static func value(_ raw: Substring) -> String {
        guard let quote = raw.first, quote == "\"" || quote == "'", let end = closing(quote, in: raw) else {
            return unquoted(raw)
        }
        let inner = raw[raw.index(after: raw.startIndex)..<end]
        return quote == "'" ? String(inner) : unescaped(inner)
    }

    /// A comment begins at a `#` after a blank.
    private static func unquoted(_ raw: Substring) -> String {
        var previous: Character = " "
        let end = raw.indices.first { index in
            defer { previous = raw[index] }
            return raw[index] == "#" && previous.isWhitespace
        }
        return String(trimmed(raw[..<(end ?? raw.endIndex)]))
    }

    private static func closing(_ quote: Character, in raw: Substring) -> Substring.Index? {
        var isEscaped = false
        for index in raw.indices.dropFirst() {
            if isEscaped {
                isEscaped = false
            } else if raw[index] == "\\", quote == "\"" {
                isEscaped = true
            } else if raw[index] == quote {
                return index
            }
        }
        return nil
    }

    private static func unescaped(_ inner: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in inner {
            switch (isEscaped, character) {
            case (false, "\\"): isEscaped = true
            case (false, _): result.append(character)
            case (true, let escaped):
                isEscaped = false
                switch escaped {
                case "n": result.append("\n")
                case "t": result.append("\t")
                case "r": result.append("\r")
                case "\"", "\\", "$": result.append(escaped)
                default: result += "\\\(escaped)"
                }
            }
        }
        return result
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    private static func wrong(_ line: Int, _ problem: String) -> NodePilotError {
        .invalid("line \(line)", problem, hint: "Each line is KEY=VALUE.")
    }
}
