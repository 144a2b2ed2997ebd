import Core
import Testing

/// Expects a `NodePilotError` of that code and returns it, so that the test can look at its words.
@discardableResult
func expect<Value>(
    _ code: NodePilotError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async throws -> NodePilotError {
    var thrown: (any Error)?
    do { _ = try await body() } catch { thrown = error }
    let error = try #require(thrown as? NodePilotError, "nothing of ours was thrown", sourceLocation: sourceLocation)
    #expect(error.code == code, sourceLocation: sourceLocation)
    return error
}
