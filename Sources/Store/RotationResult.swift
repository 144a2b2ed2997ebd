package import Core

/// What became of a refresh token that was presented.
package enum RotationResult: Hashable, Sendable {
    /// It was good; the new one takes its place.
    case rotated(User)
    /// It had been used before: somebody else has a copy. Its whole family is revoked now.
    case reused(User)
    /// Nobody has it, or its family was ended by signing out.
    case unknown
    case expired
}
