import Core
import FoundationEssentials

/// Any JSON, for files whose shape must be told to people member by member.
enum JSONValue: Decodable, Equatable {
    case object([String: JSONValue])
    case array([JSONValue])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // Each attempt says by failing that the value is of another type.
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    /// - Throws: `.unprocessable` naming `file` when `text` is not a JSON object.
    static func object(_ text: String, file: String) throws(NodePilotError) -> [String: JSONValue] {
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch {
            throw NodePilotError(
                .unprocessable, "\(file) is not valid JSON\(place(error)).",
                hint: "Look for a missing comma or quote, a comment, or a comma before a closing bracket.")
        }
        guard case .object(let members) = value else {
            throw NodePilotError(.unprocessable, "\(file) must hold one JSON object: { … }.")
        }
        return members
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }

    /// "a number", for sentences.
    var kind: String {
        switch self {
        case .object: "an object"
        case .array: "a list"
        case .string: "a text"
        case .number: "a number"
        case .bool: "true or false"
        case .null: "null"
        }
    }

    // MARK: - Private

    /// The line and column, where Foundation tells them.
    private static func place(_ error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error, let cause = context.underlyingError else { return "" }
        let text = String(describing: cause)
        guard let start = text.firstRange(of: "around line ") else { return "" }
        let rest = text[start.lowerBound...].prefix { $0 != "." && $0 != "\"" }
        return " (\(rest))"
    }
}
