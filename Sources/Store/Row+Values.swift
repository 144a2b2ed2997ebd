internal import Core
internal import FoundationEssentials
internal import GRDB

/// Columns as values of the domain. Everything throws: a damaged or edited database must not trap the process.
extension Row {
    func value<Value: DatabaseValueConvertible>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        try decode(type, forColumn: column)
    }

    func optional<Value: DatabaseValueConvertible>(_ column: String, as type: Value.Type = Value.self) throws -> Value?
    {
        try decode(Value?.self, forColumn: column)
    }

    func word<Word: RawRepresentable>(_ column: String, as type: Word.Type = Word.self) throws -> Word
    where Word.RawValue == String {
        let text: String = try value(column)
        guard let word = Word(rawValue: text) else { throw UnreadableColumn(name: column) }
        return word
    }

    /// A value whose own rules are checked again. What breaks them was not written by us, and is no one's input.
    func checked<Value>(_ column: String, _ parse: (String) throws -> Value) throws -> Value {
        let text: String = try value(column)
        do { return try parse(text) } catch { throw UnreadableColumn(name: column) }
    }

    func date(_ column: String) throws -> Date {
        guard let date = try optionalDate(column) else { throw UnreadableColumn(name: column) }
        return date
    }

    func optionalDate(_ column: String) throws -> Date? {
        guard let text: String = try optional(column) else { return nil }
        guard let date = NodePilotJSON.date(text) else { throw UnreadableColumn(name: column) }
        return date
    }

    func json<Value: Decodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        let text: String = try value(column)
        return try NodePilotJSON.decoder().decode(Value.self, from: Data(text.utf8))
    }
}

/// A stored value that this version does not understand.
struct UnreadableColumn: Error, CustomStringConvertible {
    let name: String
    var description: String { "column \(name) holds a value that is not understood" }
}

extension Date {
    /// As it is stored.
    var stored: String { NodePilotJSON.timestamp(self) }
}

/// A value as the JSON that is stored.
func storedJSON(_ value: some Encodable) throws -> String {
    String(decoding: try NodePilotJSON.encoder().encode(value), as: UTF8.self)
}

extension Optional where Wrapped == Row {
    /// The row of `INSERT … RETURNING`, which is always there.
    func orMissing() throws -> Row {
        guard let self else { throw UnreadableColumn(name: "id") }
        return self
    }
}
