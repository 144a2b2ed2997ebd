package import Core

/// What an instance runs. The environment is exactly this: nothing is added.
package struct InstanceSpecification: Sendable, Hashable, Codable {
    package var project: Project.ID
    package var projectName: ProjectName
    package var service: String
    /// From 1.
    package var index: Int
    package var release: Int
    /// argv; the first word is looked up on PATH of `environment`.
    package var arguments: [String]
    package var environment: [String: String]
    /// Absolute.
    package var workingDirectory: String
    /// Where it is to listen on 127.0.0.1; nil for a service that does not.
    package var port: Int?
    package var limits: ResourceLimits

    package init(
        project: Project.ID, projectName: ProjectName, service: String, index: Int = 1, release: Int,
        arguments: [String], environment: [String: String], workingDirectory: String, port: Int?,
        limits: ResourceLimits = ResourceLimits()
    ) {
        self.project = project
        self.projectName = projectName
        self.service = service
        self.index = index
        self.release = release
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.port = port
        self.limits = limits
    }

    /// `web.1`
    package var name: String { "\(service).\(index)" }

    /// - Throws: `.invalidInput` for a service whose name cannot be part of a file's name.
    func validate() throws(NodePilotError) {
        let isName = service.utf8.allSatisfy { byte in
            (97...122).contains(byte | 0x20) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
        guard isName, !service.isEmpty, service.utf8.count <= 64 else {
            throw .invalid("services", "“\(service)” is not 1 to 64 letters, digits, hyphens and underscores")
        }
    }
}

/// Names one instance from its start to its stop, over all its restarts.
package struct InstanceID: Sendable, Hashable, CustomStringConvertible {
    let rawValue: String

    package var description: String { rawValue }

    init(_ specification: InstanceSpecification) {
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        rawValue = "\(specification.project)-\(specification.name)-\(random)"
    }
}
