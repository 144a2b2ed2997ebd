import FoundationEssentials
package import Core

/// What the stream of a deployment tells.
package enum DeploymentEvent: Hashable, Sendable {
    case step(DeploymentStep)
    case log(DeploymentLogLine)
    /// The last event: how it ended.
    case finished(Deployment)
}

/// What a project is made with, beside its archive.
package struct NewProject: Hashable, Sendable {
    package var name: ProjectName
    package var startCommand: String?
    package var port: Int?
    package var environment: [String: String]

    package init(
        name: ProjectName, startCommand: String? = nil, port: Int? = nil, environment: [String: String] = [:]
    ) {
        self.name = name
        self.startCommand = startCommand
        self.port = port
        self.environment = environment
    }
}

extension APIClient {
    /// Makes a project of an archive. Answers when it is unpacked and its kind is known.
    /// - Parameters:
    ///   - archive: path of a ZIP or tar.gz, sent piece by piece.
    ///   - onProgress: called for every piece that the connection takes.
    package func createProject(
        _ project: NewProject, archive: String, onProgress: @escaping @Sendable (UploadProgress) -> Void
    ) async throws -> DeploymentAccepted {
        var fields = [(name: "name", value: project.name.rawValue)]
        if let command = project.startCommand { fields.append(("start_command", command)) }
        if let port = project.port { fields.append(("port", String(port))) }
        if !project.environment.isEmpty {
            // Names are the person's own: they must not become snake_case.
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let json = try encoder.encode(project.environment)
            fields.append(("env_vars", String(decoding: json, as: UTF8.self)))
        }
        var call = Call(.post, "/api/project/create")
        call.body = .upload(try MultipartUpload(fields: fields, file: archive, onProgress: onProgress))
        return try await transport.answer(to: call)
    }

    /// Makes a new release of a project. Answers when it is unpacked and its kind is known.
    package func deploy(
        _ name: String, archive: String, onProgress: @escaping @Sendable (UploadProgress) -> Void
    ) async throws -> DeploymentAccepted {
        var call = Call(.post, "/api/project/\(name)/deploy")
        call.body = .upload(try MultipartUpload(fields: [], file: archive, onProgress: onProgress))
        return try await transport.answer(to: call)
    }

    /// - Parameter version: a kept release's number; nil: the one before the live one.
    package func rollback(_ name: String, to version: Int?) async throws -> DeploymentAccepted {
        let call = Call(.post, "/api/project/\(name)/rollback")
        return try await transport.answer(to: sending(call, RollbackRequest(version: version)))
    }

    package func deployments(of name: String) async throws -> DeploymentList {
        try await transport.answer(to: Call(.get, "/api/project/\(name)/deployments"))
    }

    package func deployment(_ id: Deployment.ID, of name: String) async throws -> Deployment {
        try await transport.answer(to: Call(.get, "/api/project/\(name)/deployments/\(id)"))
    }

    /// From the beginning of the deployment to its end; events of kinds that this version does not know are left out.
    package func deploymentEvents(
        of name: String, _ id: Deployment.ID
    ) async throws -> some AsyncSequence<DeploymentEvent, any Error> {
        var call = Call(.get, "/api/project/\(name)/deployments/\(id)/log")
        call.accept = "text/event-stream"
        return try await transport.events(of: call).compactMap { event in
            switch event.name {
            case "step": .step(try decoded(event))
            case "log": .log(try decoded(event))
            case "deployment": .finished(try decoded(event))
            default: nil
            }
        }
    }

    func decoded<Value: Decodable>(_ event: ServerEvent) throws -> Value {
        do {
            return try NodePilotJSON.decoder().decode(Value.self, from: Data(event.data.utf8))
        } catch {
            throw NodePilotError(
                .internal, "The server sent an event “\(event.name)” that could not be understood.",
                hint: "Is it of the same version as this program?")
        }
    }
}
