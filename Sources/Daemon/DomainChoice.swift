import Core
import Glibc

/// Under which names the server is to be found.
enum DomainChoice {
    /// What was configured; otherwise `localhost`, or as root the machine's address under sslip.io.
    static func domain(of configuration: ServerConfiguration) throws(NodePilotError) -> HostName {
        if let domain = configuration.domain { return domain }
        guard geteuid() == 0, let address = MachineAddress.best() else { return try HostName("localhost") }
        return try MachineAddress.wildcardName(for: address)
    }

    /// The names of the self-signed certificate.
    static func names(_ domain: HostName) -> [String] {
        domain.rawValue == "localhost" ? ["localhost", "*.localhost"] : [domain.rawValue, "*.\(domain)", "localhost"]
    }

    /// Its addresses: people without DNS open the server by its address.
    static func addresses() -> [String] { MachineAddress.ipv4() + ["127.0.0.1", "::1"] }
}

extension ServerConfiguration {
    /// The port of the first HTTPS listener, as addresses that people see name it.
    /// - Throws: `.invalidInput` for `https`.
    func httpsPort() throws(NodePilotError) -> Int {
        guard let text = https.first?.split(separator: ":").last, let port = Int(text), (0...65535).contains(port)
        else {
            throw .invalid("https", "“\(https.first ?? "")” is not ADDR:PORT", hint: "Write for example [::]:443.")
        }
        return port
    }
}
