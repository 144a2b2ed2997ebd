package import FoundationEssentials

/// One thing that a user deploys: a row of the table `projects`.
package struct Project: Codable, Hashable, Sendable, Identifiable {
    package typealias ID = Int64

    /// What a visitor and the list see. `deploying` only before there is a first release.
    package enum Status: String, Codable, Sendable, CaseIterable {
        case deploying, starting, running, stopping, stopped, error
    }

    package var id: ID
    package var name: ProjectName
    package var displayName: String
    /// The project's folder, absolute.
    package var path: String
    /// The person's own command; empty when it is detected from the release.
    package var startCommand: String
    /// A fixed port on which the app listens; nil when NodePilot chooses one and hands it over in `PORT`.
    package var port: Int?
    /// `nodepilot-NAME`: the name in the process list.
    package var pm2Name: String
    package var status: Status
    /// What the owner wants: whether the project is to run after a restart of the daemon or the machine.
    package var wanted: Wanted
    package var ownerID: User.ID
    package var settings: ProjectSettings
    /// The number of the live release; nil before the first.
    package var liveRelease: Int?
    package var createdAt: Date
    package var updatedAt: Date

    package enum Wanted: String, Codable, Sendable { case running, stopped }

    package init(
        id: ID, name: ProjectName, displayName: String, path: String, startCommand: String, port: Int?, status: Status,
        wanted: Wanted, ownerID: User.ID, settings: ProjectSettings, liveRelease: Int?, createdAt: Date, updatedAt: Date
    ) {
        self.id = id
        self.name = name
        self.displayName = displayName
        self.path = path
        self.startCommand = startCommand
        self.port = port
        self.pm2Name = "nodepilot-\(name)"
        self.status = status
        self.wanted = wanted
        self.ownerID = ownerID
        self.settings = settings
        self.liveRelease = liveRelease
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// The settings that a person may change without a deployment.
package struct ProjectSettings: Codable, Hashable, Sendable {
    /// Redirect plain HTTP to HTTPS (308).
    package var httpsRedirect: Bool
    /// A path that must answer 2xx or 3xx before a release goes live; nil: `/` with anything below 500.
    package var healthPath: String?
    /// For static projects: answer unknown paths with `/index.html`.
    package var singlePage: Bool

    package init(httpsRedirect: Bool = true, healthPath: String? = nil, singlePage: Bool = false) {
        self.httpsRedirect = httpsRedirect
        self.healthPath = healthPath
        self.singlePage = singlePage
    }

    /// - Throws: `.invalidInput` for `health_path`.
    package func validate() throws(NodePilotError) {
        guard let healthPath else { return }
        guard healthPath.hasPrefix("/"), healthPath.utf8.count <= 1024,
            healthPath.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else {
            throw .invalid(
                "health_path", "is not an absolute path of printable ASCII characters",
                hint: "Write for example /healthz.")
        }
    }
}
