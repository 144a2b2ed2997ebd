import Core
import FoundationEssentials
import Glibc
import Logging
import NIOCore
import NIOPosix

@testable import Edge

/// An edge on free ports of loopback, with a folder of its own, gone at the end.
struct EdgeFixture: Sendable {
    let edge: Edge
    let http: SocketAddress
    let https: SocketAddress
    let folder: String

    static func with<Value>(
        threads: Int = 1, _ change: (inout EdgeConfiguration) -> Void = { _ in },
        _ body: (EdgeFixture) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let folder = "/tmp/edge-\(UUID().uuidString.prefix(8))"
        guard mkdir(folder, 0o755) == 0 else { throw NeverHappened(what: "mkdir \(folder)") }
        var configuration = EdgeConfiguration(
            http: ["127.0.0.1:0"], https: ["127.0.0.1:0"], controlPlaneSocket: "\(folder)/api.sock",
            controlPlaneHosts: ["dash.test"])
        change(&configuration)
        let edge = Edge(
            configuration: configuration, group: group, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            secureHandler: { Passthrough() })
        let result: Result<Value, any Error>
        do {
            let addresses = try await edge.start()
            guard let http = addresses.http.first, let https = addresses.https.first else {
                throw NeverHappened(what: "an address")
            }
            result = .success(try await body(EdgeFixture(edge: edge, http: http, https: https, folder: folder)))
        } catch {
            result = .failure(error)
        }
        await edge.shutdown(grace: .zero)
        try await group.shutdownGracefully()
        try FileManager.default.removeItem(atPath: folder)
        return try result.get()
    }

    /// Publishes `HOST.test` for a project of that name.
    func publish(_ name: String, _ target: RouteTarget, redirects: Bool = false) throws {
        let project = try ProjectName(name)
        edge.publish(
            [Route(host: try HostName("\(name).test"), project: project, target: target, redirectsToHTTPS: redirects)],
            for: project)
    }

    func publish(_ name: String, _ upstream: RawUpstream) throws {
        try publish(name, .upstreams([upstream.core()]))
    }

    func connect(reads: Bool = true) async throws -> RawConnection {
        try await RawConnection.connect(to: https, reads: reads)
    }

    /// One request on a connection of its own; the whole answer.
    func exchange(_ request: String, to address: SocketAddress? = nil) async throws -> String {
        let client = try await RawConnection.connect(to: address ?? https)
        defer { client.channel.close(promise: nil) }
        try await client.send(request)
        return try await client.rest()
    }

    func get(_ path: String = "/", host: String, headers: String = "", method: String = "GET") async throws -> String {
        try await exchange("\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\(headers)Connection: close\r\n\r\n")
    }

    private final class Passthrough: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
    }
}

/// Private memory of this process in bytes.
func privateMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
        throw NeverHappened(what: "RssAnon")
    }
    return kilobytes * 1024
}
