import Core
import Glibc
import SwiftASN1
import X509

/// The names and addresses that a certificate speaks for.
struct CertificateSubjects: Hashable {
    /// In lower case, without doubles, in the order given; `*.` in front of some.
    let names: [String]
    /// 4 or 16 bytes each, in network order.
    let addresses: [[UInt8]]

    init(names: [String], addresses: [String]) throws(NodePilotError) {
        var hosts: [String] = []
        for name in names {
            let host = try Self.host(name)
            if !hosts.contains(host) { hosts.append(host) }
        }
        var octets: [[UInt8]] = []
        for address in addresses {
            let bytes = try Self.octets(address)
            if !octets.contains(bytes) { octets.append(bytes) }
        }
        guard !hosts.isEmpty || !octets.isEmpty else {
            throw .invalid("names", "a certificate needs a host name or an address")
        }
        self.names = hosts
        self.addresses = octets
    }

    var generalNames: [GeneralName] {
        names.map { .dnsName($0) } + addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
    }

    /// Whether a certificate speaks for these and nothing else, in whatever order.
    func matches(_ certificate: Certificate) -> Bool {
        // A certificate whose names cannot be read speaks for nothing.
        guard let found = try? certificate.extensions.subjectAlternativeNames else { return false }
        return Set(found) == Set(generalNames)
    }

    /// - Returns: the host in lower case, its `*.` kept.
    static func host(_ name: String) throws(NodePilotError) -> String {
        guard name.hasPrefix("*.") else { return try HostName(name, field: "name").rawValue }
        return "*." + (try HostName(String(name.dropFirst(2)), field: "name").rawValue)
    }

    // MARK: - Private

    private static func octets(_ address: String) throws(NodePilotError) -> [UInt8] {
        var v4 = in_addr()
        if inet_pton(AF_INET, address, &v4) == 1 { return withUnsafeBytes(of: v4) { Array($0) } }
        var v6 = in6_addr()
        if inet_pton(AF_INET6, address, &v6) == 1 { return withUnsafeBytes(of: v6) { Array($0) } }
        throw .invalid("address", "is neither an IPv4 nor an IPv6 address", hint: "Write 192.0.2.1 or 2001:db8::1.")
    }
}
