package import NIOCore

/// What the edge listens on, whom it believes and how long it waits.
package struct EdgeConfiguration: Sendable {
    /// Plain HTTP: `ADDR:PORT`, `[::]:80`; port 0 takes a free one.
    package var http: [String]
    /// HTTPS, in the same form.
    package var https: [String]
    /// The path of `api.sock`.
    package var controlPlaneSocket: String
    /// Hosts of the dashboard in lower case, without a port. Hosts that are IP addresses are the dashboard's as well.
    package var controlPlaneHosts: Set<String>
    /// The port that redirects to HTTPS name; nil: the one that is bound. 443 is left out of URLs.
    package var publicHTTPSPort: Int?
    /// Stands at the foot of error pages.
    package var serverName = "NodePilot"
    package var timeouts = Timeouts()
    package var limits = Limits()

    package init(
        http: [String], https: [String], controlPlaneSocket: String, controlPlaneHosts: Set<String>,
        publicHTTPSPort: Int? = nil
    ) {
        self.http = http
        self.https = https
        self.controlPlaneSocket = controlPlaneSocket
        self.controlPlaneHosts = controlPlaneHosts
        self.publicHTTPSPort = publicHTTPSPort
    }

    /// Each is checked a few times a second at most, so it may pass by up to half a second.
    package struct Timeouts: Sendable {
        /// From a request's first byte (or the connection's start) to the end of its head.
        package var requestHead: TimeAmount = .seconds(30)
        /// Between two requests of one connection.
        package var keepAlive: TimeAmount = .seconds(60)
        /// Between two pieces of a request's body.
        package var requestBody: TimeAmount = .seconds(60)
        /// How long a client may take nothing of an answer.
        package var stalledWrite: TimeAmount = .minutes(5)
        /// How long a client is listened to after an early answer, so that it reads it before the connection ends.
        package var linger: TimeAmount = .seconds(2)
        package var connect: TimeAmount = .seconds(5)
        /// From the end of a request to the head of the app's answer.
        package var responseHead: TimeAmount = .seconds(60)
        /// How long a connection to an app rests unused: below the 5 s after which Node.js closes it.
        package var upstreamIdle: TimeAmount = .seconds(4)
        /// How long it may have rested to carry a request that could not be sent a second time.
        package var upstreamIdleForUnsafe: TimeAmount = .seconds(1)

        package init() {}
    }

    package struct Limits: Sendable {
        /// Bytes of a whole request head (431).
        package var requestHead = 16 * 1024
        /// Bytes of a request-target (414).
        package var requestTarget = 8 * 1024
        /// Fields of a request head (431).
        package var requestFields = 100
        package var responseHead = 64 * 1024
        package var responseFields = 500
        /// Unused connections kept per event loop and instance.
        package var idleUpstreams = 64

        package init() {}
    }
}
