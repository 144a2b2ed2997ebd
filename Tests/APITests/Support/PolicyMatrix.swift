import Core
import HTTPTypes
import Testing

@testable import API

/// Every route × everybody who may ask × one's own, another's and no project, with what the answer must be.
///
/// The expectation is written down here once more, by hand and apart from the code that enforces it.
struct PolicyMatrix {
    enum Token: CaseIterable, CustomStringConvertible {
        case none, session, readToken, deployToken, fullToken

        var description: String {
            switch self {
            case .none: "no token"
            case .session: "an access token"
            case .readToken: "a read token"
            case .deployToken: "a deploy token"
            case .fullToken: "a full token"
            }
        }
    }

    enum Target: CaseIterable { case own, others, missing }

    struct Cell: CustomStringConvertible {
        let route: RouteDescription
        let role: Role
        let token: Token
        let target: Target

        var description: String { "\(route.method) \(route.path) by \(role) with \(token), \(target) project" }
    }

    static func cells(of routes: [RouteDescription]) -> [Cell] {
        routes.flatMap { route in
            Role.allCases.flatMap { role in
                Token.allCases.flatMap { token in
                    Target.allCases.map { Cell(route: route, role: role, token: token, target: $0) }
                }
            }
        }
    }

    /// The status that a request must get when its handler would answer 204.
    static func expected(_ cell: Cell) -> Int {
        if cell.route.policy == .anyone { return 204 }
        switch cell.token {
        case .none: return 401
        case .session, .fullToken: break
        case .readToken where cell.route.changes: return 403
        case .readToken, .deployToken:
            if cell.route.policy == .person || cell.route.concernsAccounts { return 403 }
        }
        switch (cell.route.policy, cell.role) {
        case (.anyone, _), (.signedIn, _), (.person, _): return 204
        case (.administrator, let role): return role == .admin ? 204 : 403
        case (.creator, let role): return role == .viewer ? 403 : 204
        case (.project, _) where cell.target == .missing: return 404
        case (.project, .admin): return 204
        case (.project(.read), .viewer): return 204
        case (.project(.change), .viewer): return 403
        case (.project, .user): return cell.target == .own ? 204 : 404
        }
    }
}
