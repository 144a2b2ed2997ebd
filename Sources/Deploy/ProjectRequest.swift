package import Core

/// What a person gives to make a project; validated here for API and command line alike.
package struct ProjectRequest: Sendable {
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
