import Core
import NIOCore

/// `ADDR:PORT` as a person writes it: `0.0.0.0:80`, `[::]:443`, `127.0.0.1:0`.
struct ListenAddress: Equatable {
    var address: String
    var port: Int

    /// - Throws: `.invalidInput` for the field `option`.
    init(_ text: String, option: String) throws(NodePilotError) {
        let hint = "Write an IP address and a port: 127.0.0.1:8080, [::]:80."
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw .invalid(option, "“\(text)” has no port", hint: hint) }
        var address = String(text[..<colon])
        if address.hasPrefix("["), address.hasSuffix("]") {
            address = String(address.dropFirst().dropLast())
        } else if address.contains(":") {
            throw .invalid(option, "“\(text)” is not clear: an IPv6 address stands in brackets", hint: hint)
        }
        self.address = address == "localhost" ? "127.0.0.1" : address
        self.port = port
        do {
            _ = try socketAddress
        } catch {
            throw .invalid(option, "“\(text)” is not an IP address and a port", hint: hint)
        }
    }

    var socketAddress: SocketAddress {
        get throws { try SocketAddress(ipAddress: address, port: port) }
    }
}
