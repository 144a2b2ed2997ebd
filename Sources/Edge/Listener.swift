import Core
import Glibc
import NIOCore
import NIOPosix

/// A socket that accepts clients.
struct Listener: Sendable {
    let channel: any Channel
    let address: SocketAddress

    /// - Parameters:
    ///   - option: `--http` or `--https`, for the error.
    ///   - accept: prepares a client's connection, on its event loop.
    static func open(
        _ text: String, option: String, group: any EventLoopGroup,
        accept: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> Listener {
        let wanted = try ListenAddress(text, option: option)
        do {
            return try await bind(wanted, group: group, accept: accept)
        } catch let error as IOError where error.errnoCode == EAFNOSUPPORT && wanted.address == "::" {
            // A machine without IPv6: every address is then every IPv4 address.
            let wanted = try ListenAddress("0.0.0.0:\(wanted.port)", option: option)
            return try await bind(wanted, group: group, accept: accept)
        } catch let error as IOError {
            throw explained(error, wanted, option: option)
        }
    }

    // MARK: - Private

    private static func bind(
        _ wanted: ListenAddress, group: any EventLoopGroup, accept: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> Listener {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Inherited by what it accepts, so that it costs no call for each.
            .serverChannelOption(.socketOption(.so_keepalive), value: 1)
            .serverChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 16)
            .serverChannelInitializer { channel in
                // Out of descriptors or memory: the next try is a second later, and what waits stays in the backlog.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptBackoffHandler(shouldForwardIOErrorCaught: false))
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try accept(channel) } }
            .bind(to: wanted.socketAddress)
            .get()
        return Listener(channel: channel, address: try channel.localAddress ?? wanted.socketAddress)
    }

    private static func explained(_ error: IOError, _ wanted: ListenAddress, option: String) -> NodePilotError {
        switch error.errnoCode {
        case EADDRINUSE:
            let owner = PortOwner.name(ofPort: wanted.port).map { " by \($0)" } ?? ""
            return NodePilotError(
                .conflict, "Port \(wanted.port) is in use\(owner).",
                hint: "Stop what uses it, or choose another port with \(option).")
        case EACCES, EPERM:
            return NodePilotError(
                .forbidden, "Port \(wanted.port) may be opened by root only.",
                hint: "Run as root, or choose a port above 1023 with \(option), for example \(option) 127.0.0.1:8080.")
        case EADDRNOTAVAIL:
            return NodePilotError(
                .invalidInput, "This machine does not have the address \(wanted.address).",
                hint: "Choose one of its addresses with \(option), or [::]:\(wanted.port) for all of them.")
        default:
            return NodePilotError(
                .unavailable, "Listening on \(wanted.address) port \(wanted.port) failed: \(error).",
                hint: "Choose another address with \(option).")
        }
    }
}
