import Core
import Testing

/// Expects the error of a rejected input and returns it, so that the test can look at its words.
@discardableResult
func rejection(
    of field: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> NodePilotError {
    let error = try #require(throws: NodePilotError.self, sourceLocation: sourceLocation) { try body() }
    #expect(error.code == .invalidInput, sourceLocation: sourceLocation)
    #expect(error.fields.map(\.name) == [field], sourceLocation: sourceLocation)
    #expect(error.message.hasPrefix("\(field): "), sourceLocation: sourceLocation)
    return error
}
