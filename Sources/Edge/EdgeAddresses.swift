package import NIOCore

/// Where the edge listens, in the order of the configuration, with the ports that were really bound.
package struct EdgeAddresses: Sendable {
    package var http: [SocketAddress]
    package var https: [SocketAddress]

    package init(http: [SocketAddress], https: [SocketAddress]) {
        self.http = http
        self.https = https
    }
}
