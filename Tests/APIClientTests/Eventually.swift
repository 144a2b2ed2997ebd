import Testing

/// Polls until `condition` holds; fails the test after ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(10))
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, "it did not come to pass in ten seconds")
        try await Task.sleep(for: .milliseconds(5))
    }
}
