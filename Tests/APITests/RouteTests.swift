import Core
import FoundationEssentials
import HTTPTypes
import Store
import Testing

@testable import API

@Suite("Accounts over the API")
struct RouteTests {
    private static let origin: HTTPFields = [.origin: APIFixture.origin]

    private static func cookie(_ token: String?) -> HTTPFields {
        [.origin: APIFixture.origin, .cookie: "theme=dark; __Host-nodepilot_refresh=\(token ?? "")"]
    }

    private static func setup(_ code: String) -> String {
        #"{"code":"\#(code)","username":"ada","password":"\#(APIFixture.password)"}"#
    }

    // MARK: - Set-up

    @Test("the code makes the first administrator, once")
    func setUp() async throws {
        let api = try await APIFixture(needsSetup: true)
        #expect(try await api.send(.get, "/api/setup").decoded(SetupStatus.self).needed)
        let code = try #require(await api.setupCode.current())
        #expect(try await api.send(.post, "/api/setup", json: Self.setup("AAAAA-AAAAA-AAAAA-AAAAA")).status == 403)
        let weak = Self.setup(code).replacing(APIFixture.password, with: "short")
        #expect(try await api.send(.post, "/api/setup", json: weak).problem?.fields?.first?.name == "password")

        let answer = try await api.send(.post, "/api/setup", json: Self.setup(code.lowercased()))
        #expect(answer.status == 200)
        #expect(answer.refreshCookie != nil)
        let token = try answer.decoded(AccessToken.self)
        #expect(token.user.role == .admin)
        #expect(try await api.send(.get, "/api/users", token: token.accessToken).status == 200)
        #expect(try await api.send(.get, "/api/setup").decoded(SetupStatus.self).needed == false)
        #expect(await api.setupCode.current() == nil)
        #expect(try await api.send(.post, "/api/setup", json: Self.setup(code)).status == 403)
        #expect(try await api.store.users().count == 1)
        #expect(try await api.audited() == ["setup ada by ada"])
    }

    @Test("guessing the code is limited like signing in")
    func setUpIsLimited() async throws {
        let api = try await APIFixture(needsSetup: true)
        let code = try #require(await api.setupCode.current())
        for _ in 0..<5 { #expect(try await api.send(.post, "/api/setup", json: Self.setup("X")).status == 403) }
        let limited = try await api.send(.post, "/api/setup", json: Self.setup(code))
        #expect(limited.status == 429)
        #expect(limited.headers[.retryAfter] != nil)
        api.clock.advance(by: .seconds(13))
        #expect(try await api.send(.post, "/api/setup", json: Self.setup(code)).status == 200)
    }

    @Test("the code is of no use once the local administrator has made a user")
    func setUpAfterLocalUser() async throws {
        let api = try await APIFixture(needsSetup: true)
        let code = try #require(await api.setupCode.current())
        let body = #"{"username":"ada","password":"\#(APIFixture.password)","role":"admin"}"#
        #expect(try await api.send(.post, "/api/users", json: body, door: .local(uid: 0)).status == 201)
        #expect(await api.setupCode.current() == nil)
        #expect(try await api.send(.post, "/api/setup", json: Self.setup(code)).status == 403)
        #expect(try await api.audited() == ["user.create ada by local:0"])
    }

    // MARK: - Signing in

    @Test("signing in gives an access token and a cookie that scripts cannot read")
    func logIn() async throws {
        let api = try await APIFixture()
        let ada = try await api.user("ada")
        let answer = try await api.logIn("ADA")
        #expect(answer.status == 200)
        let token = try answer.decoded(AccessToken.self)
        #expect(token.tokenType == "Bearer")
        #expect(token.expiresIn == 900)
        #expect(token.user == ada)
        let cookie = try #require(answer.headers[.setCookie])
        for part in ["__Host-nodepilot_refresh=", "HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
            #expect(cookie.contains(part))
        }
        #expect(!cookie.contains("Domain"))
        let verified = try await api.send(.get, "/api/auth/verify", token: token.accessToken)
        #expect(try verified.decoded(VerifyResponse.self).user == ada)
    }

    @Test("a wrong name and a wrong password get the same answer")
    func logInFails() async throws {
        let api = try await APIFixture()
        _ = try await api.user("ada")
        let password = try await api.logIn("ada", password: "not this one")
        let name = try await api.logIn("eve", password: "not this one")
        #expect(password.status == 401)
        #expect(name.status == 401)
        #expect(password.problem?.detail == name.problem?.detail)
        #expect(try await api.audited() == ["login.failed (unknown name) by nobody", "login.failed ada by nobody"])
    }

    @Test("the sixth attempt in a minute is refused, even with the right password")
    func logInIsLimited() async throws {
        let api = try await APIFixture()
        _ = try await api.user("ada")
        for _ in 0..<5 { #expect(try await api.logIn("ada", password: "not this one").status == 401) }
        let limited = try await api.logIn("ada")
        #expect(limited.status == 429)
        #expect(limited.problem?.code == .rateLimited)
        #expect(limited.headers[.retryAfter].flatMap(Int.init).map { (1...61).contains($0) } == true)
        let elsewhere = HTTPField.Name("X-Forwarded-For").map { HTTPFields([HTTPField(name: $0, value: "192.0.2.9")]) }
        #expect(try await api.logIn("ada", headers: elsewhere ?? [:]).status == 200)
        api.clock.advance(by: .seconds(13))
        #expect(try await api.logIn("ada").status == 200)
    }

    @Test("a flood of failed attempts does not fill the audit")
    func auditIsBounded() async throws {
        let api = try await APIFixture()
        for index in 0..<200 {
            let name = try #require(HTTPField.Name("X-Forwarded-For"))
            let headers = HTTPFields([HTTPField(name: name, value: "192.0.2.\(index)")])
            _ = try await api.logIn("ada", password: "not this one", headers: headers)
        }
        #expect(try await api.store.audit(limit: 1000).count == 60)
    }

    @Test("a form or a script of another site cannot sign anybody in or out")
    func crossSite() async throws {
        let api = try await APIFixture()
        _ = try await api.user("ada")
        let cookie = try #require(try await api.logIn("ada").refreshCookie)
        for origin in [
            "https://shop.panel.test", "http://panel.test", "https://panel.test:8443", "null", "https://panel.test/",
        ] {
            #expect(try await api.logIn("ada", headers: [.origin: origin]).status == 403)
            for path in ["/api/auth/refresh", "/api/auth/logout"] {
                var headers = Self.cookie(cookie)
                headers[.origin] = origin
                #expect(try await api.send(.post, path, headers: headers).status == 403, "\(origin)")
                headers[.origin] = nil
                #expect(try await api.send(.post, path, headers: headers).status == 403)
            }
        }
        let form = try await api.send(
            .post, "/api/auth/login", json: "username=ada&password=x",
            headers: [.contentType: "application/x-www-form-urlencoded"])
        #expect(form.status == 400)
        #expect(try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(cookie)).status == 200)
    }

    // MARK: - Refreshing

    @Test("a refresh token is good for one use; a second use ends its family")
    func refresh() async throws {
        let api = try await APIFixture()
        _ = try await api.user("ada")
        let first = try await api.logIn("ada")
        let second = try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(first.refreshCookie))
        #expect(second.status == 200)
        #expect(second.refreshCookie != first.refreshCookie)
        let access = try second.decoded(AccessToken.self).accessToken
        #expect(try await api.send(.get, "/api/auth/verify", token: access).status == 200)

        #expect(try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(first.refreshCookie)).status == 401)
        #expect(
            try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(second.refreshCookie)).status == 401)
        #expect(try await api.send(.get, "/api/auth/verify", token: access).status == 401)
        #expect(try await api.audited().contains("session.reuse ada by nobody"))
        for cookie in ["", "unknown", String(repeating: "x", count: 5000)] {
            #expect(try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(cookie)).status == 401)
        }
    }

    @Test("signing out ends the session at once, and only that one")
    func logOut() async throws {
        let api = try await APIFixture()
        _ = try await api.user("ada")
        let (here, there) = (try await api.logIn("ada"), try await api.logIn("ada"))
        let out = try await api.send(.post, "/api/auth/logout", headers: Self.cookie(here.refreshCookie))
        #expect(out.status == 204)
        #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
        #expect(try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(here.refreshCookie)).status == 401)
        func verify(_ answer: TestAnswer) async throws -> Int {
            try await api.send(.get, "/api/auth/verify", token: answer.decoded(AccessToken.self).accessToken).status
        }
        #expect(try await verify(here) == 401)
        #expect(try await verify(there) == 200)
        #expect(try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(there.refreshCookie)).status == 200)
    }

    @Test("a new password ends all other sessions, and stays ended over a restart")
    func changePassword() async throws {
        let api = try await APIFixture()
        let ada = try await api.user("ada")
        let (here, there) = (try await api.logIn("ada"), try await api.logIn("ada"))
        let token = try here.decoded(AccessToken.self).accessToken
        func change(_ current: String, _ new: String) async throws -> TestAnswer {
            try await api.send(
                .post, "/api/auth/change-password", token: token,
                json: #"{"current_password":"\#(current)","new_password":"\#(new)"}"#)
        }
        #expect(try await change("wrong", "another long one").problem?.fields?.first?.name == "current_password")
        #expect(try await change(APIFixture.password, "short").problem?.fields?.first?.name == "new_password")
        api.clock.advance(by: .seconds(60))
        #expect(try await change(APIFixture.password, "another long one").status == 204)

        #expect(try await api.send(.get, "/api/auth/verify", token: token).status == 200)
        let other = try there.decoded(AccessToken.self).accessToken
        #expect(try await api.send(.get, "/api/auth/verify", token: other).status == 401)
        #expect(try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(there.refreshCookie)).status == 401)
        #expect(try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(here.refreshCookie)).status == 200)
        #expect(try await api.logIn("ada").status == 401)
        #expect(try await api.logIn("ada", password: "another long one").status == 200)

        let restarted = try await Revocations(store: api.store, watch: AccessWatch(), clocks: api.clock.clocks)
        let claims = try await api.services.sessions.tokens.verify(other)
        #expect(claims.user == ada.id)
        #expect(await restarted.isRevoked(claims))
    }

    // MARK: - Rows decide

    @Test("a role that changes and a user who is removed count at once")
    func rowsDecide() async throws {
        let api = try await APIFixture()
        let (ada, bob) = (try await api.user("ada", .admin), try await api.user("bob", .admin))
        let (adas, bobs) = (try await api.accessToken(of: ada), try await api.accessToken(of: bob))
        let bobsToken = try await api.apiToken(of: bob, .full)
        #expect(try await api.send(.patch, "/api/users/bob", token: adas, json: #"{"role":"viewer"}"#).status == 200)
        #expect(try await api.send(.get, "/api/users", token: bobs).status == 403)
        #expect(try await api.send(.get, "/api/users", token: bobsToken).status == 403)
        #expect(try await api.send(.get, "/api/auth/verify", token: bobs).status == 200)
        #expect(try await api.send(.delete, "/api/users/\(bob.id)", token: adas).status == 204)
        #expect(try await api.send(.get, "/api/auth/verify", token: bobs).status == 401)
        #expect(try await api.send(.get, "/api/auth/verify", token: bobsToken).status == 401)
        let last = try await api.send(.delete, "/api/users/ada", token: adas)
        #expect(last.status == 409)
        let demoted = try await api.send(.patch, "/api/users/ada", token: adas, json: #"{"role":"user"}"#)
        #expect(demoted.status == 409)
        #expect(try await api.audited() == ["user.remove bob by ada", "user.role bob by ada"])
    }

    @Test("users are made, listed and given a new password, which ends their sessions")
    func users() async throws {
        let api = try await APIFixture()
        let root = try await api.accessToken(of: try await api.user("root", .admin))
        let body = #"{"username":"eve","password":"\#(APIFixture.password)","role":"viewer"}"#
        #expect(try await api.send(.post, "/api/users", token: root, json: body).status == 201)
        #expect(try await api.send(.post, "/api/users", token: root, json: body).status == 409)
        let list = try await api.send(.get, "/api/users", token: root).decoded(UserList.self)
        #expect(list.users.map(\.username) == ["eve", "root"])
        let eves = try await api.logIn("eve")
        let patch = #"{"password":"a different one"}"#
        #expect(try await api.send(.patch, "/api/users/eve", token: root, json: patch).status == 200)
        #expect(try await api.send(.post, "/api/auth/refresh", headers: Self.cookie(eves.refreshCookie)).status == 401)
        #expect(try await api.logIn("eve", password: "a different one").status == 200)
        #expect(try await api.send(.delete, "/api/users/nobody", token: root).status == 404)
        for name in ["a\\r\\nb", "", "a b", "<b>"] {
            let body = #"{"username":"\#(name)","password":"\#(APIFixture.password)","role":"user"}"#
            let refused = try await api.send(.post, "/api/users", token: root, json: body)
            #expect(refused.status == 400)
            #expect(refused.problem?.fields?.first?.name == "username")
        }
    }

    // MARK: - Tokens

    @Test("a token is shown once, works within its scope, and is gone when it is removed")
    func tokens() async throws {
        let api = try await APIFixture()
        let ada = try await api.accessToken(of: try await api.user("ada", .admin))
        let made = try await api.send(
            .post, "/api/tokens", token: ada, json: #"{"name":"ci","scope":"read","expires_in_days":30}"#)
        #expect(made.status == 201)
        let token = try made.decoded(APITokenView.self)
        let secret = try #require(token.token)
        #expect(secret.wholeMatch(of: #/np_[0-9A-Za-z]{40}/#) != nil)
        let listed = try await api.send(.get, "/api/tokens", token: ada)
        #expect(!listed.text.contains(secret))
        #expect(try listed.decoded(TokenList.self).tokens.map(\.name) == ["ci"])
        #expect(try await api.send(.get, "/api/audit", token: secret).status == 200)
        #expect(try await api.send(.get, "/api/users", token: secret).status == 403)
        #expect(try await api.send(.delete, "/api/tokens/ci", token: secret).status == 403)
        #expect(try await api.send(.post, "/api/auth/ticket", token: secret).status == 200)
        #expect(try await api.send(.delete, "/api/tokens/\(token.id)", token: ada).status == 204)
        #expect(try await api.send(.get, "/api/audit", token: secret).status == 401)
        #expect(try await api.send(.delete, "/api/tokens/ci", token: ada).status == 404)
        #expect(try await api.audited() == ["token.remove ci by ada", "token.create ci by ada"])
        for name in ["", "a\\r\\nSet-Cookie: x=y", "\\u0000"] {
            let refused = try await api.send(
                .post, "/api/tokens", token: ada, json: #"{"name":"\#(name)","scope":"read"}"#)
            #expect(refused.status == 400)
        }
    }

    @Test("a token that has expired, is unknown or malformed is refused")
    func badTokens() async throws {
        let api = try await APIFixture()
        let ada = try await api.user("ada", .admin)
        let old = try await api.apiToken(of: ada, .full, expiresAt: api.clock.now.addingTimeInterval(60))
        #expect(try await api.send(.get, "/api/auth/verify", token: old).status == 200)
        api.clock.advance(by: .seconds(61))
        for token in [
            old, "np_", "np_" + String(repeating: "a", count: 40), "np_" + String(repeating: "a", count: 9999), " ",
            "x",
        ] {
            let answer = try await api.send(.get, "/api/auth/verify", token: token)
            #expect(answer.status == 401)
            #expect(answer.headers[.wwwAuthenticate] == "Bearer")
        }
        let basic: HTTPFields = [.authorization: "Basic YTpi"]
        #expect(try await api.send(.get, "/api/auth/verify", headers: basic).status == 401)
    }

    @Test("requests are limited for each token, and not on the local socket")
    func requestsAreLimited() async throws {
        let api = try await APIFixture()
        let token = try await api.accessToken(of: try await api.user("ada"))
        for _ in 0..<200 { #expect(try await api.send(.get, "/api/auth/verify", token: token).status == 200) }
        #expect(try await api.send(.get, "/api/auth/verify", token: token).status == 429)
        for _ in 0..<250 {
            #expect(try await api.send(.get, "/api/auth/verify", door: .local(uid: 0)).status == 200)
        }
    }

    @Test("the local administrator has no password and no tokens of their own")
    func localAccount() async throws {
        let api = try await APIFixture()
        #expect(try await api.send(.get, "/api/tokens", door: .local(uid: 0)).status == 422)
        let body = #"{"current_password":"x","new_password":"another long one"}"#
        #expect(try await api.send(.post, "/api/auth/change-password", json: body, door: .local(uid: 0)).status == 422)
    }

    // MARK: - Tickets

    @Test("a ticket opens one WebSocket of the dashboard, and nothing else")
    func tickets() async throws {
        let api = try await APIFixture(groups: [EchoRoutes()])
        let token = try await api.accessToken(of: try await api.user("ada"))
        func ticket() async throws -> String {
            try await api.send(.post, "/api/auth/ticket", token: token).decoded(WebSocketTicket.self).ticket
        }
        let handshake: HTTPFields = [
            .upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13",
            .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        func open(_ ticket: String, origin: String? = APIFixture.origin) async throws -> TestAnswer {
            var headers = handshake
            headers[.origin] = origin
            return try await api.send(.get, "/echo?ticket=\(ticket)", headers: headers, offer: WebSocketOffer())
        }
        let first = try await ticket()
        let opened = try await open(first)
        #expect(opened.status == 101)
        #expect(opened.headers[.secWebSocketAccept] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")  // RFC 6455 section 1.3
        #expect(try await open(first).status == 401)
        #expect(try await open(try await ticket(), origin: nil).status == 403)
        #expect(try await open(try await ticket(), origin: "https://shop.panel.test").status == 403)
        #expect(try await open("").status == 401)
        #expect(try await api.send(.get, "/echo?ticket=\(try await ticket())").status == 401)
        let used = try await api.send(.get, "/echo", token: token, headers: handshake)
        #expect(used.status == 426)
        #expect(used.headers[.upgrade] == "websocket")
    }
}

/// A WebSocket that says back what it is told.
struct EchoRoutes: RouteGroup {
    func register(in table: inout RouteTable) {
        table.get("/echo", .signedIn) { request, context in
            try context.webSocket(request) { connection in
                for await message in connection.messages {
                    if message == "bye" { return }
                    try await connection.send(message)
                }
            }
        }
    }
}
