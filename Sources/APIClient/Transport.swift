import AsyncHTTPClient
import Core
import FoundationEssentials
import NIOCore
import NIOFoundationEssentialsCompat
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sends calls to one server and turns everything that goes wrong into a `NodePilotError`.
final class Transport: Sendable {
    /// No answer of the API but a stream is longer.
    private static let maximumAnswerBytes = 32 << 20

    private let server: ServerAddress
    private let client: HTTPClient
    /// Streams carry a comment every 15 seconds: silence means that the connection is dead.
    private let streamClient: HTTPClient

    /// - Parameter patience: how long an answer may take once the request is sent. Unpacking a large archive on a small
    ///   machine is the longest.
    init(_ server: ServerAddress, patience: TimeAmount = .minutes(15), streamSilence: TimeAmount = .seconds(50)) throws
    {
        // Both before the first client: one that is made must also be shut down.
        let answers = try Self.configuration(for: server, readTimeout: patience)
        let streams = try Self.configuration(for: server, readTimeout: streamSilence)
        self.server = server
        client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: answers)
        streamClient = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: streams)
    }

    func shutdown() async {
        // Nothing can be done about a connection that does not close; the process ends soon.
        try? await client.shutdown()
        try? await streamClient.shutdown()
    }

    func answer<Answer: Decodable>(to call: Call, as type: Answer.Type = Answer.self) async throws -> Answer {
        let bytes = try await bytes(answering: call)
        do {
            return try NodePilotJSON.decoder().decode(type, from: Data(buffer: bytes))
        } catch {
            throw NodePilotError(
                .internal, "The server's answer could not be understood.",
                hint: "Is it NodePilot, and of the same version as this program? \(error)")
        }
    }

    func perform(_ call: Call) async throws {
        _ = try await bytes(answering: call)
    }

    func events(of call: Call) async throws -> EventStream {
        let response = try await send(call, with: streamClient)
        let server = server
        return EventStream(body: response.body) { ConnectionFailure.words(for: $0, at: server) }
    }

    // MARK: - Private

    private func bytes(answering call: Call) async throws -> ByteBuffer {
        let response = try await send(call, with: client)
        do {
            return try await response.body.collect(upTo: Self.maximumAnswerBytes)
        } catch {
            throw ConnectionFailure.words(for: error, at: server)
        }
    }

    /// - Returns: an answer of 2xx whose body is still to come.
    private func send(_ call: Call, with client: HTTPClient) async throws -> HTTPClientResponse {
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request(for: call), deadline: .distantFuture)
        } catch {
            throw ConnectionFailure.words(for: error, at: server)
        }
        guard (200..<300).contains(response.status.code) else { throw await problem(in: response) }
        return response
    }

    private func request(for call: Call) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: try url(for: call))
        request.method = HTTPMethod(rawValue: call.method.rawValue.uppercased())
        request.headers.add(name: "Accept", value: call.accept)
        request.headers.add(name: "User-Agent", value: "nodepilot/\(Version.number)")
        if case .remote(let remote) = server, let token = remote.token {
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        if let id = call.lastEventID { request.headers.add(name: "Last-Event-ID", value: id) }
        switch call.body {
        case .none: break
        case .json(let data):
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(data: data))
        case .upload(let upload):
            request.headers.add(name: "Content-Type", value: upload.contentType)
            request.body = .stream(upload, length: .known(upload.contentLength))
        }
        return request
    }

    private func url(for call: Call) throws -> String {
        switch server {
        case .remote(let remote): return remote.origin.description + call.target
        case .socket(let path):
            guard let url = URL(httpURLWithSocketPath: path, uri: call.target) else {
                throw NodePilotError(.invalidInput, "\(path) cannot be used as a socket's path.")
            }
            return url.absoluteString
        }
    }

    private func problem(in response: HTTPClientResponse) async -> NodePilotError {
        let retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        // Without a body that can be read, the status is all that there is to tell.
        if let body = try? await response.body.collect(upTo: 1 << 20),
            let problem = try? NodePilotJSON.decoder().decode(Problem.self, from: Data(buffer: body))
        {
            var error = problem.error
            error.retryAfter = retryAfter
            if error.code == .internal, let id = problem.requestID {
                error.hint = "The server's log names it under the request \(id)."
            }
            return error
        }
        return NodePilotError(
            .internal, "The server answered \(response.status.code) without saying why.",
            hint: "Is \(ConnectionFailure.name(of: server)) a NodePilot server?", retryAfter: retryAfter)
    }

    private static func configuration(for server: ServerAddress, readTimeout: TimeAmount) throws
        -> HTTPClient.Configuration
    {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: readTimeout))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        if case .remote(let remote) = server, let pinned = remote.certificate {
            configuration.tlsConfiguration = try pinned.clientConfiguration()
        }
        return configuration
    }
}
