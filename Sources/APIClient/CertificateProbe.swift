import Core
import NIOCore
import NIOPosix
import NIOSSL

/// Asks a server for its certificate without trusting it: what trust on first use shows to the person.
package enum CertificateProbe {
    /// Begins a TLS handshake and ends it when the certificate has come. Nothing is sent to the server beyond that.
    /// - Parameter address: where to connect in place of the origin's host, which is still the name that is asked for.
    /// - Throws: `.unavailable` in words when there is no TLS server.
    package static func certificate(
        of origin: HTTPSOrigin, at address: String? = nil
    ) async throws -> PinnedCertificate {
        let server = ServerAddress.remote(RemoteServer(origin: origin))
        do {
            return PinnedCertificate(der: try await leaf(of: origin, at: address ?? origin.host))
        } catch {
            throw ConnectionFailure.words(for: error, at: server)
        }
    }

    // MARK: - Private

    private static func leaf(of origin: HTTPSOrigin, at address: String) async throws -> [UInt8] {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        let context = try NIOSSLContext(configuration: configuration)
        let group = MultiThreadedEventLoopGroup.singleton
        let found = group.next().makePromise(of: [UInt8].self)
        // An address is no server name (RFC 6066 section 3).
        let isAddress = (try? SocketAddress(ipAddress: origin.host, port: origin.port)) != nil
        let bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(10)).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let tls = try NIOSSLClientHandler(
                    context: context, serverHostname: isAddress ? nil : origin.host,
                    customVerificationCallback: { certificates, verdict in
                        found.completeWith(Result { try certificates.first?.toDERBytes() ?? [] })
                        verdict.succeed(.failed)
                    })
                try channel.pipeline.syncOperations.addHandlers(tls, FailureReporter(found))
            }
        }
        do {
            let channel = try await bootstrap.connect(host: address, port: origin.port).get()
            let timeout = channel.eventLoop.scheduleTask(in: .seconds(10)) { found.fail(HandshakeTimeout()) }
            defer {
                timeout.cancel()
                channel.close(promise: nil)
            }
            return try await found.futureResult.get()
        } catch {
            found.fail(error)
            throw error
        }
    }

    private struct HandshakeTimeout: Error {}

    /// Fails the promise when the connection ends before a certificate came.
    private final class FailureReporter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let found: EventLoopPromise<[UInt8]>

        init(_ found: EventLoopPromise<[UInt8]>) { self.found = found }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            found.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            found.fail(ChannelError.eof)
            context.fireChannelInactive()
        }
    }
}
