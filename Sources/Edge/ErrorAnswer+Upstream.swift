import Glibc
import NIOCore
import NIOPosix

extension ErrorAnswer {
    /// The 502 or 504 that names the cause.
    init(_ failure: UpstreamFailure, pool: UpstreamPool) {
        let subject =
            switch pool.place {
            case .port: "The app \(pool.name)"
            case .socket: "NodePilot’s control plane"
            }
        let logs = "Look at its logs."
        switch failure {
        case .connectFailed(let error):
            let place = if case .port(let port) = pool.place { " on port \(port)" } else { "" }
            self.init(
                502, "\(subject) does not accept connections\(place): \(Self.cause(of: error)).",
                hint: "It has probably crashed or is still starting. \(logs)")
        case .closedBeforeAnswer:
            self.init(
                502, "\(subject) closed the connection without an answer.",
                hint: "It has probably crashed while it worked on this request. \(logs)")
        case .malformed(let reason):
            self.init(502, "\(subject) sent an answer that is not valid HTTP. \(reason)", hint: logs)
        case .truncated:
            self.init(502, "\(subject) broke off in the middle of its answer.", hint: logs)
        case .timedOut:
            self.init(504, "\(subject) did not answer in time.", hint: "It may be overloaded or stuck. \(logs)")
        }
    }

    private static func cause(of error: any Error) -> String {
        if case .some(.connectTimeout) = error as? ChannelError { return "it did not answer in time" }
        if error is StrangerOnPort { return "another program has taken it" }
        let causes = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? []
        guard let error = ([error] + causes).lazy.compactMap({ $0 as? IOError }).first else {
            return "the connection failed"
        }
        switch error.errnoCode {
        case ECONNREFUSED, ENOENT: return "nothing listens there"
        case EMFILE, ENFILE: return "the server has too many open files"
        case EADDRNOTAVAIL: return "the server has no free port left"
        default: return "the connection failed (error \(error.errnoCode))"
        }
    }
}
