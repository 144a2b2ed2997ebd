package import FoundationEssentials

/// One immutable, numbered, built file tree of a project.
package struct Release: Codable, Hashable, Sendable {
    package var projectID: Project.ID
    /// 1, 2, 3, … within the project.
    package var number: Int
    package var plan: AppPlan
    /// Bytes on disk after the build.
    package var sizeBytes: Int64
    package var createdAt: Date

    package init(projectID: Project.ID, number: Int, plan: AppPlan, sizeBytes: Int64, createdAt: Date) {
        self.projectID = projectID
        self.number = number
        self.plan = plan
        self.sizeBytes = sizeBytes
        self.createdAt = createdAt
    }
}
