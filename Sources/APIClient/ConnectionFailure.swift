import AsyncHTTPClient
import Core
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Puts what sockets, TLS and HTTP throw into words.
enum ConnectionFailure {
    /// What a person calls the server.
    static func name(of server: ServerAddress) -> String {
        switch server {
        case .socket(let path): path
        case .remote(let remote): remote.origin.description
        }
    }

    static func words(for error: any Error, at server: ServerAddress) -> any Error {
        if error is NodePilotError || error is CancellationError { return error }
        if let error = error as? HTTPClientError, error == .cancelled { return CancellationError() }
        if error is EventStreamParser.TooLong {
            return NodePilotError(.internal, "The server sent an event that is too long.")
        }
        if isCertificateFailure(error) { return untrusted(server) }
        if let code = errorNumber(of: error) { return words(for: code, at: server) }
        if isNameFailure(error) {
            return NodePilotError(
                .unavailable, "The name of \(name(of: server)) cannot be looked up.",
                hint: "Is it spelled right, and does this machine reach a name server?")
        }
        return words(forHTTP: error, at: server)
    }

    /// Whether the server proved itself with a certificate that is not trusted here.
    static func isCertificateFailure(_ error: any Error) -> Bool {
        if error is NIOSSLExtraError { return true }
        guard let error = error as? NIOSSLError else { return false }
        switch error {
        case .handshakeFailed(let cause): return String(describing: cause).contains("CERTIFICATE_VERIFY_FAILED")
        case .unableToValidateCertificate, .noCertificateToValidate: return true
        default: return false
        }
    }

    // MARK: - Private

    private static func untrusted(_ server: ServerAddress) -> NodePilotError {
        guard case .remote(let remote) = server, remote.certificate != nil else {
            return NodePilotError(
                .unauthenticated, "The certificate of \(name(of: server)) is not signed by anyone this machine trusts.",
                hint: "Compare its fingerprint and trust it: nodepilot login \(name(of: server))")
        }
        return NodePilotError(
            .unauthenticated, "The certificate of \(name(of: server)) is not the one that you trusted, or has expired.",
            hint: "If you know why it changed, run: nodepilot login \(name(of: server))")
    }

    /// NIO wraps errno differently for Unix sockets and for names with several addresses.
    private static func errorNumber(of error: any Error) -> Int32? {
        if let error = error as? IOError { return error.errnoCode }
        guard let error = error as? NIOConnectionError else { return nil }
        return error.connectionErrors.lazy.compactMap { ($0.error as? IOError)?.errnoCode }.first
    }

    private static func isNameFailure(_ error: any Error) -> Bool {
        guard let error = error as? NIOConnectionError else { return false }
        return error.dnsAError != nil || error.dnsAAAAError != nil
    }

    private static func words(for errorNumber: Int32, at server: ServerAddress) -> NodePilotError {
        switch (server, errorNumber) {
        case (.socket, ENOENT), (.socket, ECONNREFUSED):
            NodePilotError(
                .unavailable, "NodePilot is not running on this machine.",
                hint: "Look at it with: systemctl status nodepilot")
        case (.socket, EACCES), (.socket, EPERM):
            NodePilotError(
                .forbidden, "Only root or the owner of the data folder may use \(name(of: server)).",
                hint: "Run the command with sudo.")
        case (.remote(let remote), ECONNREFUSED):
            NodePilotError(
                .unavailable, "\(remote.origin): connection refused.",
                hint: "Nothing listens on port \(remote.origin.port) there. Is NodePilot running?")
        case (_, ECONNRESET), (_, EPIPE):
            NodePilotError(
                .unavailable, "\(name(of: server)) closed the connection.", hint: "Is it restarting? Try again.")
        default:
            NodePilotError(
                .unavailable, "\(name(of: server)) cannot be reached: \(String(cString: strerror(errorNumber))).")
        }
    }

    /// The connection ended, in a head or in a body, where more was promised.
    private static func isEndInMiddle(_ error: any Error) -> Bool {
        if let error = error as? HTTPClientError { return error == .remoteConnectionClosed }
        if let error = error as? HTTPParserError { return error == .invalidEOFState }
        return false
    }

    private static func words(forHTTP error: any Error, at server: ServerAddress) -> NodePilotError {
        let name = name(of: server)
        if error is SocketAddressError {
            return NodePilotError(
                .invalidInput, "\(name) is too long for a socket's path.", hint: "Use a shorter --data.")
        }
        if let error = error as? HTTPClientError {
            let late: [HTTPClientError] = [.connectTimeout, .readTimeout, .deadlineExceeded, .tlsHandshakeTimeout]
            if late.contains(error) {
                return NodePilotError(.unavailable, "\(name) did not answer in time.", hint: "Try again.")
            }
        }
        if isEndInMiddle(error) {
            return NodePilotError(
                .unavailable, "\(name) closed the connection in the middle of an answer.",
                hint: "Is it restarting? Try again.")
        }
        if let error = error as? NIOSSLError, case .uncleanShutdown = error {
            return NodePilotError(.unavailable, "The connection to \(name) was cut.", hint: "Try again.")
        }
        return NodePilotError(.unavailable, "\(name) does not speak NodePilot's language: \(error).")
    }
}
