/// Why an app's answer did not come, or not whole.
enum UpstreamFailure: Error {
    case connectFailed(any Error)
    /// The connection ended before the first byte of an answer.
    case closedBeforeAnswer
    /// What came is no HTTP answer; the sentence says why.
    case malformed(String)
    /// The answer began and was cut off.
    case truncated
    case timedOut
}
