package import Core

/// Who may use a route. There is no default: a route cannot be registered without one.
package enum Policy: Hashable, Sendable {
    package enum ProjectAccess: Hashable, Sendable { case read, change }

    /// Without a token.
    case anyone
    case signedIn
    /// Somebody themselves: no API token but one whose scope is `full`.
    case person
    case administrator
    /// Who may make projects: `admin` and `user`.
    case creator
    /// The project of `:id`: readers, or its owner. One that the caller may not read does not exist for them.
    case project(ProjectAccess)

    /// Whether a role is enough, projects aside.
    package func admits(_ role: Role) -> Bool {
        switch self {
        case .anyone, .signedIn, .person, .project(.read): true
        case .administrator: role == .admin
        case .creator, .project(.change): role != .viewer
        }
    }
}
