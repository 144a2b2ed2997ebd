package import Core

/// Who makes a request, as their row says now.
package struct Caller: Sendable {
    /// How they showed who they are.
    package enum Means: Hashable, Sendable {
        /// An access token, of the session (refresh family) with this ID.
        case session(String)
        case apiToken(id: Int64, name: String, scope: APITokenScope)
        /// The kernel's word on `admin.sock`.
        case local(uid: UInt32)
    }

    /// For `local` not a row: ID 0, named `local:UID`, an administrator.
    package let user: User
    package let means: Means

    package init(user: User, means: Means) {
        self.user = user
        self.means = means
    }

    package var role: Role { user.role }
    package var isAdministrator: Bool { user.role == .admin }

    package var isLocal: Bool {
        if case .local = means { true } else { false }
    }

    /// As the audit and `started_by` name them: `ada`, `ada (token ci)`, `local:0`.
    package var name: String {
        if case .apiToken(_, let token, _) = means { "\(user.username) (token \(token))" } else { user.username }
    }

    /// Everything but `local` is limited to 100 requests a minute under this key.
    var rateKey: String? {
        switch means {
        case .session(let id): "s:\(id)"
        case .apiToken(let id, _, _): "t:\(id)"
        case .local: nil
        }
    }

    package func mayRead(_ project: Project) -> Bool {
        role != .user || project.ownerID == user.id
    }

    package func mayChange(_ project: Project) -> Bool {
        isAdministrator || (role == .user && project.ownerID == user.id)
    }
}
