import FoundationEssentials
package import Core

/// Scheme, host and port of a server (RFC 6454), always HTTPS.
package struct HTTPSOrigin: Hashable, Sendable {
    /// A host name or address; IPv6 without brackets.
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads what a person types: `https://panel.example.com`, `panel.example.com:8443`, `https://[::1]:8443/`.
    /// - Throws: `.invalidInput` for anything else, plain HTTP above all: the token would travel in the open.
    package init(_ text: String) throws(NodePilotError) {
        let rule = "Write the dashboard's address: https://panel.example.com or https://203.0.113.7:8443."
        let full = text.contains("://") ? text : "https://\(text)"
        guard let url = URL(string: full), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty
        else { throw .invalid("url", "“\(text)” is not an address", hint: rule) }
        guard scheme == "https" else {
            throw .invalid("url", "\(scheme):// would send the password in the open", hint: rule)
        }
        guard url.path.isEmpty || url.path == "/", url.query == nil, url.user == nil else {
            throw .invalid("url", "has more than a host and a port", hint: rule)
        }
        let port = url.port ?? 443
        guard (1...65535).contains(port) else { throw .invalid("url", "\(port) is not a port", hint: rule) }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        self.host = isBracketed ? String(host.dropFirst().dropLast()) : host.lowercased()
        self.port = port
    }
}

extension HTTPSOrigin: CustomStringConvertible {
    package var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 443 ? "https://\(name)" : "https://\(name):\(port)"
    }
}
