package import Core
package import FoundationEssentials

/// An archive that was received whole and lies on disk. Whoever takes it removes the file.
package struct Upload: Sendable {
    /// Absolute; readable by the daemon only.
    package var path: String
    package var sizeBytes: Int64
    /// When its first byte came.
    package var startedAt: Date
    package var received: Duration

    package init(path: String, sizeBytes: Int64, startedAt: Date, received: Duration) {
        self.path = path
        self.sizeBytes = sizeBytes
        self.startedAt = startedAt
        self.received = received
    }
}

/// What a person gives to make a project; validated here for API and command line alike.
package struct NewProject: Sendable {
    package var name: ProjectName
    package var displayName: String
    package var startCommand: String
    package var port: Int?
    package var environment: [EnvironmentVariable]

    /// - Throws: `.invalidInput` naming the field.
    package init(
        name: String, displayName: String?, startCommand: String?, port: Int?, environment: [EnvironmentVariable]
    ) throws(NodePilotError) {
        self.name = try ProjectName(name)
        self.displayName = try ProjectRules.displayName(displayName ?? name)
        self.startCommand = try ProjectRules.startCommand(startCommand ?? "")
        self.port = try ProjectRules.port(port)
        for variable in environment { try variable.validate() }
        self.environment = environment
    }
}
