import Core
import FoundationEssentials

/// Decodes what clients send: errors name the member as the client wrote it, and unknown members are errors.
enum StrictJSON {
    /// - Throws: `.invalidInput`, always a `NodePilotError`.
    static func decode<Value: Codable>(_ type: Value.Type, from data: Data) throws(NodePilotError) -> Value {
        do {
            let value = try NodePilotJSON.decoder().decode(type, from: data)
            try refuseUnknownMembers(of: data, beside: value)
            return value
        } catch let error as NodePilotError {
            throw error
        } catch let error as DecodingError {
            throw invalid(error)
        } catch {
            throw NodePilotError(.invalidInput, "The body is not valid JSON.")
        }
    }

    // MARK: - Private

    /// What the value would be written as has every member that it knows, but for those that are nothing.
    private static func refuseUnknownMembers(of data: Data, beside value: some Codable) throws {
        let sent = try JSONDecoder().decode(JSONTree.self, from: data)
        let known = try JSONDecoder().decode(JSONTree.self, from: NodePilotJSON.encoder().encode(value))
        let unknown = sent.members(missingIn: known)
        guard let first = unknown.first else { return }
        throw NodePilotError(
            .invalidInput, "\(first): is not a member that is known here",
            hint: "Check its spelling.",
            fields: unknown.map { .init(name: $0, problem: "is not a member that is known here") })
    }

    private static func invalid(_ error: DecodingError) -> NodePilotError {
        switch error {
        case .keyNotFound(let key, let context): field(context.codingPath + [key], "is missing")
        case .valueNotFound(let type, let context): field(context.codingPath, "must be \(word(for: type)), not null")
        case .typeMismatch(let type, let context): field(context.codingPath, "must be \(word(for: type))")
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? NodePilotError(.invalidInput, "The body is not valid JSON.")
                : field(context.codingPath, "has a value that is not allowed here")
        @unknown default: NodePilotError(.invalidInput, "The body is not valid JSON.")
        }
    }

    private static func field(_ path: [any CodingKey], _ problem: String) -> NodePilotError {
        guard !path.isEmpty else { return NodePilotError(.invalidInput, "The body \(problem).") }
        let name = path.reduce("") { name, key in
            if let index = key.intValue { return "\(name)[\(index)]" }
            return name.isEmpty ? snakeCase(key.stringValue) : "\(name).\(snakeCase(key.stringValue))"
        }
        return .invalid(name, problem)
    }

    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any FixedWidthInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is any JSONArrayShaped.Type: "an array"
        default: "an object"
        }
    }

    private static func snakeCase(_ name: String) -> String {
        var text = ""
        var previousIsUpper = true
        for character in name {
            if character.isUppercase, !previousIsUpper { text.append("_") }
            previousIsUpper = character.isUppercase
            text.append(character.lowercased())
        }
        return text
    }
}

private protocol JSONArrayShaped {}
extension Array: JSONArrayShaped {}
