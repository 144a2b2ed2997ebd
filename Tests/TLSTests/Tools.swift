import Certificates
import FoundationEssentials
import Subprocess
import TLS
import Testing

/// What a client program printed on both its outputs.
func openssl(_ arguments: [String], input: String = "") async throws -> String {
    let result = try await run(
        .name("openssl"), arguments: Arguments(arguments), input: .string(input), output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 20))
    return result.standardOutput + result.standardError
}

/// What a Python script printed; its `sys.argv[1]` is the port, and `client` gives it a context that trusts anybody.
func python(_ script: String, port: Int) async throws -> String {
    let prelude = """
        import socket, ssl, sys, select
        port = int(sys.argv[1])
        def context():
            c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            c.check_hostname = False
            c.verify_mode = ssl.CERT_NONE
            return c
        def client(c=None, name=None):
            raw = socket.create_connection(("127.0.0.1", port), timeout=30)
            return (c or context()).wrap_socket(raw, server_hostname=name, suppress_ragged_eofs=False)

        """
    let result = try await run(
        .name("python3"), arguments: ["-c", prelude + script, String(port)], output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 20))
    let output = result.standardOutput + result.standardError
    return output.split(separator: "\n").joined(separator: "\n")
}

/// Waits until something is so, ten seconds at most.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// `#expect` for what a mutating call returns, which the macro cannot take.
func expect<Value: Equatable>(
    _ value: Value, is expected: Value, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(value == expected, sourceLocation: sourceLocation)
}

func makeIdentity(_ name: String) throws -> TLSIdentity {
    try SelfSignedCertificate.make(names: [name], addresses: [], now: Date())
}

/// One certificate for everybody, and others by exact name.
struct FixedSelector: CertificateSelector {
    let fallback: TLSContext
    var others: [String: TLSContext] = [:]

    init(_ name: String = "localhost", protocols: [String] = ["http/1.1"], others names: [String] = []) throws {
        fallback = try TLSContext(identity: makeIdentity(name), applicationProtocols: protocols)
        for name in names { others[name] = try TLSContext(identity: makeIdentity(name)) }
    }

    func context(forServerName name: String?) -> TLSContext {
        name.flatMap { others[$0] } ?? fallback
    }
}
