package import FoundationEssentials

/// The JSON of the API, of stored documents and of `--json`: snake_case members, dates as RFC 3339 in UTC with
/// milliseconds.
package enum NodePilotJSON {
    package static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.dateEncodingStrategy = .custom { date, encoder in try timestamp(date).encode(to: encoder) }
        return encoder
    }

    package static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in Key(camelCase(path.last?.stringValue ?? "")) }
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try String(from: decoder)
            guard let date = date(text) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "“\(text)” is not an RFC 3339 date"))
            }
            return date
        }
        return decoder
    }

    /// `2026-11-21T08:15:30.123Z`, to the nearest millisecond: the style itself cuts, and would lose one on each way.
    package static func timestamp(_ date: Date) -> String {
        date.addingTimeInterval(0.0005).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    package static func date(_ text: String) -> Date? {
        // Either form is valid RFC 3339; nil is the answer for anything else.
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle()))
    }

    // MARK: - Private

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// `owner_id` → `ownerID`, the way our properties spell it: Foundation's own strategy would say `ownerId`.
    private static func camelCase(_ name: String) -> String {
        let parts = name.split(separator: "_")
        guard parts.count > 1, let first = parts.first else { return name }
        return parts.dropFirst().reduce(String(first)) { text, part in
            text + (part == "id" ? "ID" : part.prefix(1).uppercased() + part.dropFirst())
        }
    }
}
