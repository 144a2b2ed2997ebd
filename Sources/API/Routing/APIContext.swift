package import Core
package import Hummingbird
package import NIOCore

/// What a handler knows of its request beside the request itself.
package struct APIContext: RequestContext {
    package typealias Source = ConnectionSource

    package var coreContext: CoreRequestContextStorage
    package let door: Door
    package let channel: (any Channel)?
    package let upgrade: WebSocketOffer?
    /// As in `X-Request-ID` and in the log.
    package var requestID = ""
    /// The client's IP address, or `local`.
    package var address = "local"
    /// Who asks; set by the policy's check, so always there but on routes for anyone.
    package var caller: Caller?
    /// The project of the path's `:id`; set by the check of a project's policy.
    package var requestedProject: Project?
    /// Where streams learn that the access of their caller has ended.
    var watch: AccessWatch?

    package init(source: ConnectionSource) {
        coreContext = CoreRequestContextStorage(source: source)
        door = source.door
        channel = source.channel
        upgrade = source.upgrade
    }

    /// Who asks, on routes that are not for anyone.
    /// - Throws: `.unauthenticated` on a route for anyone.
    package func signedIn() throws(NodePilotError) -> Caller {
        guard let caller else { throw .notSignedIn }
        return caller
    }

    /// The project of the path, on routes with a project's policy.
    /// - Throws: `.notFound` on other routes.
    package func project() throws(NodePilotError) -> Project {
        guard let requestedProject else { throw .notFound("The project") }
        return requestedProject
    }

    /// A part of the path (`:user`), percent-decoded.
    /// - Throws: `.notFound` when it is not valid UTF-8: nothing has such a name.
    package func parameter(_ name: String) throws(NodePilotError) -> String {
        guard let text = parameters.get(name).flatMap(percentDecoded) else { throw .notFound("The path") }
        return text
    }
}

extension NodePilotError {
    static var notSignedIn: NodePilotError {
        NodePilotError(
            .unauthenticated, "You are not signed in.", hint: "Sign in, or send a token that is still valid.")
    }
}
