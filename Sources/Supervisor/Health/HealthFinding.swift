import Core

/// What was found at an instance's port, and what it means in words.
enum HealthFinding: Sendable, Hashable {
    case healthy(status: Int)
    case badStatus(Int)
    case notHTTP
    case silent
    case nothingListens
    /// Listens, but 127.0.0.1 does not reach it.
    case wrongAddress
    case wrongPort(Int)
    case stranger(user: String)
    /// Another instance of ours still has the port.
    case taken

    /// Whether there is no use in asking again.
    var isFinal: Bool {
        if case .stranger = self { true } else { false }
    }

    /// For the log of each attempt.
    func inWords(path: String, port: Int) -> String {
        switch self {
        case .healthy(let status), .badStatus(let status): "GET \(path) answered \(status)"
        case .notHTTP: "port \(port) accepts connections but does not answer in HTTP"
        case .silent: "GET \(path) is not answered"
        case .nothingListens: "nothing listens on port \(port) yet"
        case .wrongAddress: "port \(port) is not open on 127.0.0.1"
        case .wrongPort(let other): "the app listens on \(other), not on $PORT (\(port))"
        case .stranger(let user): "port \(port) belongs to a process of \(user)"
        case .taken: "port \(port) still belongs to another instance"
        }
    }

    /// The error when this is what was seen at the end.
    func failure(instance: String, path: String, port: Int, after: Duration) -> NodePilotError {
        let seen = inWords(path: path, port: port)
        let tenths = Int(after / .milliseconds(100))
        return NodePilotError(
            .unprocessable, "\(instance) did not become healthy in \(Double(tenths) / 10) s: \(seen).", hint: hint)
    }

    // MARK: - Private

    private var hint: String {
        switch self {
        case .healthy, .badStatus:
            "Look at the app's log for the cause, or name a health path that answers 2xx or 3xx."
        case .notHTTP: "A web service must answer HTTP on $PORT; run anything else as another service."
        case .silent: "The app accepts the connection but does not answer: look for what it waits for at its start."
        case .nothingListens: "Listen on the port in the environment variable PORT: app.listen(process.env.PORT)."
        case .wrongAddress: "Listen on the address in the environment variable HOST (127.0.0.1), or on 0.0.0.0."
        case .wrongPort:
            "Use the port from the environment: process.env.PORT in Node.js, os.environ[\"PORT\"] in Python."
        case .stranger: "Nothing is sent there. Stop that process, or choose another port for the project."
        case .taken: "Only one instance can have a fixed port: let NodePilot choose the port."
        }
    }
}
