package import Core
package import FoundationEssentials

/// A host name that leads to a project.
package struct Domain: Hashable, Sendable {
    package var host: HostName
    package var projectID: Project.ID
    /// The project's own `NAME.DOMAIN`.
    package var isDefault: Bool
    package var createdAt: Date

    package init(host: HostName, projectID: Project.ID, isDefault: Bool, createdAt: Date) {
        self.host = host
        self.projectID = projectID
        self.isDefault = isDefault
        self.createdAt = createdAt
    }
}
