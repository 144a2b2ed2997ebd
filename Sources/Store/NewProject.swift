package import Core

/// What a project begins with.
package struct NewProject: Sendable {
    package var name: ProjectName
    package var displayName: String
    /// The project's folder, absolute.
    package var path: String
    package var startCommand: String
    package var port: Int?
    package var ownerID: User.ID
    package var environment: [EnvironmentVariable]
    package var settings: ProjectSettings
    /// `NAME.DOMAIN`: the address that it has from the first moment.
    package var defaultHost: HostName

    package init(
        name: ProjectName, displayName: String? = nil, path: String, startCommand: String = "", port: Int? = nil,
        ownerID: User.ID, environment: [EnvironmentVariable] = [], settings: ProjectSettings = ProjectSettings(),
        defaultHost: HostName
    ) {
        self.name = name
        self.displayName = displayName ?? name.rawValue
        self.path = path
        self.startCommand = startCommand
        self.port = port
        self.ownerID = ownerID
        self.environment = environment
        self.settings = settings
        self.defaultHost = defaultHost
    }
}
