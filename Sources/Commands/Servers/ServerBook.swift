package import APIClient
package import Core

/// A server that somebody logged in to.
package struct SavedServer: Codable, Hashable, Sendable {
    package var name: String
    /// `https://panel.example.com`
    package var url: String
    package var username: String
    package var token: String
    /// Its number at the server, to remove it there; nil for a token that was brought along.
    package var tokenID: Int64?
    /// Trusted in place of the machine's authorities.
    package var certificate: PinnedCertificate?

    package init(
        name: String, url: String, username: String, token: String, tokenID: Int64? = nil,
        certificate: PinnedCertificate? = nil
    ) {
        self.name = name
        self.url = url
        self.username = username
        self.token = token
        self.tokenID = tokenID
        self.certificate = certificate
    }

    package func address() throws(NodePilotError) -> ServerAddress {
        .remote(RemoteServer(origin: try HTTPSOrigin(url), token: token, certificate: certificate))
    }
}

/// The servers that this person logged in to, and which of them is meant when none is named.
package struct ServerBook: Codable, Hashable, Sendable {
    package private(set) var current: String?
    package private(set) var servers: [SavedServer] = []

    package init() {}

    /// The one that is meant when none is named.
    package var currentServer: SavedServer? {
        servers.first { $0.name == current }
    }

    /// - Parameter text: a saved name or an address.
    package func server(_ text: String) -> SavedServer? {
        if let named = servers.first(where: { $0.name == text }) { return named }
        // What is not an address is not found by address.
        guard let origin = try? HTTPSOrigin(text) else { return nil }
        return servers.first { $0.url == origin.description }
    }

    /// Takes the place of one of the same name or address, and becomes the current one.
    package mutating func add(_ server: SavedServer) {
        servers.removeAll { $0.name == server.name || $0.url == server.url }
        servers.append(server)
        current = server.name
    }

    package mutating func remove(_ name: String) {
        servers.removeAll { $0.name == name }
        if current == name { current = servers.last?.name }
    }
}
