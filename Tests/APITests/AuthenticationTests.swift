import Core
import Crypto
import FoundationEssentials
import JWTKit
import Testing

@testable import API

@Suite("Keys, tokens, limits and codes")
struct AuthenticationTests {
    private let clock = TestClock()
    private let ada = User(id: 7, username: "ada", role: .admin, createdAt: Date(timeIntervalSince1970: 0))
    private let key = AccessKey(bytes: [UInt8](repeating: 9, count: 32))

    // MARK: - The key

    @Test("the key is made at the very first start, for its owner only, and read again")
    func keyIsMade() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/secrets/access.key"
        let made = try AccessKey.load(path: path, databaseExists: false)
        #expect(made.bytes.count == 32)
        #expect(try AccessKey.load(path: path, databaseExists: true).bytes == made.bytes)
        #expect(try permissions(of: path) == 0o600)
    }

    @Test("a key that is missing beside a database, or short, stops the start")
    func keyIsMissing() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/access.key"
        let missing = #expect(throws: NodePilotError.self) { try AccessKey.load(path: path, databaseExists: true) }
        #expect(missing?.message.contains("missing") == true)
        #expect(try folder.contents().isEmpty)
        try Data(repeating: 1, count: 31).write(to: URL(filePath: path))
        let short = #expect(throws: NodePilotError.self) { try AccessKey.load(path: path, databaseExists: false) }
        #expect(short?.message.contains("31 bytes") == true)
    }

    // MARK: - Access tokens

    @Test("a token is good for 15 minutes")
    func tokenExpires() async throws {
        let tokens = await AccessTokens(key: key, clocks: clock.clocks)
        let token = try await tokens.issue(to: ada, session: "s1").accessToken
        let claims = try await tokens.verify(token)
        #expect(claims.user == 7)
        #expect(claims.session == "s1")
        clock.advance(by: .seconds(15 * 60 - 1))
        #expect(try await tokens.verify(token).user == 7)
        clock.advance(by: .seconds(2))
        await #expect(throws: NodePilotError.self) { try await tokens.verify(token) }
    }

    @Test("another algorithm, key, audience, issuer or signature is refused")
    func forgeries() async throws {
        let tokens = await AccessTokens(key: key, clocks: clock.clocks)
        let good = try await tokens.issue(to: ada, session: "s1").accessToken
        let parts = good.split(separator: ".").map(String.init)
        let header = try #require(Self.decoded(parts[0]))
        let claims = try #require(Self.decoded(parts[1]))

        func signed(_ header: String, _ claims: String, with key: [UInt8]) -> String {
            let text = "\(Self.encoded(header)).\(Self.encoded(claims))"
            let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key))
            return "\(text).\(Self.encoded(Data(code)))"
        }
        #expect(try await tokens.verify(signed(header, claims, with: key.bytes)).user == 7, "the test signs as we do")

        let none = header.replacing("HS256", with: "none")
        let rsa = header.replacing("HS256", with: "RS256")
        let hs512 = header.replacing("HS256", with: "HS512")
        let otherKeyID = header.replacing(#"kid":""#, with: #"kid":"0"#)
        let expiry = try #require(claims.firstMatch(of: #/"exp":[0-9.]+/#)).output
        let forged = [
            "", "a.b.c", "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])",
            "\(Self.encoded(none)).\(parts[1]).", signed(none, claims, with: key.bytes),
            signed(rsa, claims, with: key.bytes), signed(hs512, claims, with: key.bytes),
            signed(otherKeyID, claims, with: key.bytes), signed(header, claims, with: [UInt8](repeating: 8, count: 32)),
            signed(header, claims.replacing(#""aud":"nodepilot-api""#, with: #""aud":"other""#), with: key.bytes),
            signed(header, claims.replacing(#""iss":"nodepilot""#, with: #""iss":"other""#), with: key.bytes),
            signed(header, claims.replacing(expiry, with: #""exp":99999999999"#), with: key.bytes),
            "\(parts[0]).\(Self.encoded(claims.replacing(#""sub":"7""#, with: #""sub":"1""#))).\(parts[2])",
            good + String(repeating: "A", count: 5000),
        ]
        for token in forged {
            await #expect(throws: NodePilotError.self, "\(token)") { try await tokens.verify(token) }
        }
    }

    private static func encoded(_ text: String) -> String { encoded(Data(text.utf8)) }

    private static func encoded(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func decoded(_ part: String) -> String? {
        let text = part.replacing("-", with: "+").replacing("_", with: "/")
        let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: padded).map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: - Limits

    @Test("a bucket gives its burst at once and then refills at its rate")
    func buckets() {
        var buckets = RateBuckets(burst: 3, perMinute: 60)
        for _ in 0..<3 { #expect(buckets.take("a", at: .zero) == nil) }
        #expect(buckets.take("a", at: .zero) == .seconds(1))
        #expect(buckets.take("b", at: .zero) == nil)
        #expect(buckets.take("a", at: .milliseconds(999)) != nil)
        #expect(buckets.take("a", at: .milliseconds(1001)) == nil)
        #expect(buckets.take("a", at: .seconds(100)) == nil)
    }

    @Test("buckets are bounded, and those in use are kept longest")
    func bucketsAreBounded() {
        var buckets = RateBuckets(burst: 1, perMinute: 1, capacity: 10)
        #expect(buckets.take("old", at: .zero) == nil)
        for index in 0..<100 { #expect(buckets.take("\(index)", at: .seconds(1)) == nil) }
        #expect(buckets.count <= 10)
        #expect(buckets.take("99", at: .seconds(1)) != nil)
    }

    @Test("signing in is limited by address and name, and by address, of which an IPv6 network is one")
    func logins() throws {
        let limits = RateLimits(clocks: clock.clocks)
        for _ in 0..<5 { try limits.admitLogin(name: "ada", address: "192.0.2.1") }
        let error = #expect(throws: NodePilotError.self) { try limits.admitLogin(name: "ADA", address: "192.0.2.1") }
        #expect(error?.code == .rateLimited)
        #expect((error?.retryAfter ?? 0) >= 12)
        try limits.admitLogin(name: "ada", address: "192.0.2.2")
        for index in 0..<14 { try limits.admitLogin(name: "n\(index)", address: "192.0.2.1") }
        #expect(throws: NodePilotError.self) { try limits.admitLogin(name: "another", address: "192.0.2.1") }

        for index in 0..<5 { try limits.admitLogin(name: "bob", address: "2001:db8:1:2::\(index)") }
        #expect(throws: NodePilotError.self) { try limits.admitLogin(name: "bob", address: "2001:db8:1:2:ffff::9") }
        try limits.admitLogin(name: "bob", address: "2001:db8:1:3::1")
        clock.advance(by: .seconds(13))
        try limits.admitLogin(name: "ada", address: "192.0.2.1")
    }

    @Test("a token may do 200 at once and 100 a minute; the local socket is not limited")
    func requests() throws {
        let limits = RateLimits(clocks: clock.clocks)
        let caller = Caller(user: ada, means: .session("s"))
        for _ in 0..<200 { try limits.admitRequest(caller) }
        #expect(throws: NodePilotError.self) { try limits.admitRequest(caller) }
        try limits.admitRequest(Caller(user: ada, means: .session("t")))
        clock.advance(by: .seconds(60))
        for _ in 0..<100 { try limits.admitRequest(caller) }
        #expect(throws: NodePilotError.self) { try limits.admitRequest(caller) }
        for _ in 0..<1000 { try limits.admitRequest(Caller(user: ada, means: .local(uid: 0))) }
    }

    // MARK: - Tickets

    @Test("a ticket opens once, and within 30 seconds")
    func tickets() throws {
        let office = TicketOffice(clocks: clock.clocks)
        let caller = Caller(user: ada, means: .session("s"))
        let ticket = try office.issue(to: caller).ticket
        #expect(office.redeem(ticket)?.user == 7)
        #expect(office.redeem(ticket) == nil)
        #expect(office.redeem("") == nil)
        let late = try office.issue(to: caller).ticket
        clock.advance(by: .seconds(31))
        #expect(office.redeem(late) == nil)
    }

    @Test("tickets that wait are bounded")
    func ticketsAreBounded() throws {
        let office = TicketOffice(clocks: clock.clocks)
        let caller = Caller(user: ada, means: .session("s"))
        for _ in 0..<64 { _ = try office.issue(to: caller) }
        #expect(throws: NodePilotError.self) { try office.issue(to: caller) }
        for id in 101..<116 {
            let other = User(id: User.ID(id), username: "u\(id)", role: .user, createdAt: clock.clocks.date())
            for _ in 0..<64 { _ = try office.issue(to: Caller(user: other, means: .session("s"))) }
        }
        let last = User(id: 200, username: "last", role: .user, createdAt: clock.clocks.date())
        #expect(throws: NodePilotError.self) { try office.issue(to: Caller(user: last, means: .session("s"))) }
        clock.advance(by: .seconds(31))
        _ = try office.issue(to: caller)
    }

    // MARK: - The set-up code

    @Test("the set-up code is kept over a restart and can be typed in any case")
    func setupCode() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/setup-code"
        let code = try SetupCode(path: path, needed: true)
        let text = try #require(await code.current())
        #expect(text.wholeMatch(of: #/([2-9A-HJ-NP-Z]{5}-){3}[2-9A-HJ-NP-Z]{5}/#) != nil)
        #expect(try permissions(of: path) == 0o600)
        #expect(try await SetupCode(path: path, needed: true).current() == text)
        #expect(await code.matches(text.lowercased().replacing("-", with: " ")))
        for wrong in ["", "-", String(text.dropLast()), text + "2"] { #expect(await !code.matches(wrong)) }
        try await code.retire()
        #expect(await code.current() == nil)
        #expect(await !code.matches(text))
        #expect(try folder.contents().isEmpty)
    }

    @Test("a code that was left beside an administrator is removed")
    func setupIsOver() async throws {
        let folder = try TemporaryFolder()
        try Data("AAAAA-AAAAA-AAAAA-AAAAA".utf8).write(to: URL(filePath: folder.path + "/setup-code"))
        let code = try SetupCode(path: folder.path + "/setup-code", needed: false)
        #expect(await code.current() == nil)
        #expect(await !code.matches("AAAAA-AAAAA-AAAAA-AAAAA"))
        #expect(try folder.contents().isEmpty)
    }
}
