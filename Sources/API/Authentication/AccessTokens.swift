import Core
import Crypto
import FoundationEssentials
import JWTKit

/// Issues and verifies access tokens: JWT (RFC 7519), HS256 and nothing else (RFC 8725 section 3.1), 15 minutes.
struct AccessTokens: Sendable {
    /// What a token that was verified says; what its user may do, their row says.
    struct Claims: Equatable, Sendable {
        let user: User.ID
        let session: String
        let issuedAt: Date
    }

    static let lifetime: Double = 15 * 60
    private static let issuer = "nodepilot"
    private static let audience = "nodepilot-api"
    private static let sizeLimit = 4096

    private let keys: JWTKeyCollection
    private let keyID: String
    private let clocks: Clocks

    init(key: AccessKey, clocks: Clocks) async {
        keyID = SHA256.hash(data: key.bytes).prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
        keys = await JWTKeyCollection().add(
            hmac: HMACKey(key: SymmetricKey(data: key.bytes)), digestAlgorithm: .sha256,
            kid: JWKIdentifier(string: keyID))
        self.clocks = clocks
    }

    func issue(to user: User, session: String) async throws -> AccessToken {
        let now = clocks.date().timeIntervalSince1970
        let payload = AccessPayload(
            iss: Self.issuer, aud: Self.audience, sub: String(user.id), sid: session, name: user.username,
            role: user.role.rawValue, iat: now, exp: now + Self.lifetime)
        let token = try await keys.sign(payload, kid: JWKIdentifier(string: keyID))
        return AccessToken(accessToken: token, expiresIn: Int(Self.lifetime), user: user)
    }

    /// - Throws: `.unauthenticated`, which says only whether it had expired.
    func verify(_ token: String) async throws(NodePilotError) -> Claims {
        guard token.utf8.count <= Self.sizeLimit, let payload = try? await verified(token) else {
            throw .badToken  // whatever was wrong with it is nobody's business
        }
        let now = clocks.date().timeIntervalSince1970
        guard payload.iss == Self.issuer, payload.aud == Self.audience, payload.iat <= now + 60,
            payload.exp - payload.iat <= Self.lifetime + 1, let user = User.ID(payload.sub)
        else { throw .badToken }
        guard payload.exp > now else {
            throw NodePilotError(
                .unauthenticated, "The access token has expired.", hint: "Refresh it, or sign in again.")
        }
        return Claims(user: user, session: payload.sid, issuedAt: Date(timeIntervalSince1970: payload.iat))
    }

    // MARK: - Private

    private func verified(_ token: String) async throws -> AccessPayload {
        // The library verifies with our key whatever the header says; the header must say the same.
        let header = try DefaultJWTParser().parse(Array(token.utf8), as: AccessPayload.self).header
        guard header.alg == "HS256", header.kid == keyID else { throw NodePilotError.badToken }
        return try await keys.verify(token, as: AccessPayload.self)
    }
}

private struct AccessPayload: JWTPayload {
    var iss: String
    var aud: String
    var sub: String
    var sid: String
    var name: String
    var role: String
    var iat: Double
    var exp: Double

    /// The claims are checked by `AccessTokens.verify`, which has the clock.
    func verify(using algorithm: some JWTAlgorithm) {}
}

extension NodePilotError {
    static var badToken: NodePilotError {
        NodePilotError(.unauthenticated, "The token is not valid.", hint: "Sign in again, or make a new token.")
    }
}
