import Core
import Deploy
import FoundationEssentials

/// The text fields of the form that creates a project.
struct ProjectForm {
    static let creationFields: Set<String> = ["name", "display_name", "start_command", "port", "env_vars"]

    private let fields: [String: String]

    init(_ fields: [String: String]) { self.fields = fields }

    /// - Throws: `.invalidInput` naming the field.
    func request() throws(NodePilotError) -> ProjectRequest {
        guard let name = fields["name"] else {
            throw .invalid("name", "is missing", hint: "Send the project's name in the field “name”.")
        }
        return try ProjectRequest(
            name: name, displayName: value("display_name"), startCommand: value("start_command"), port: port(),
            environment: environment())
    }

    // MARK: - Private

    /// An empty field of a form is one that was not filled in.
    private func value(_ field: String) -> String? {
        fields[field].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func port() throws(NodePilotError) -> Int? {
        guard let text = value("port") else { return nil }
        guard let number = Int(text) else { throw .invalid("port", "is not a number") }
        return number
    }

    private func environment() throws(NodePilotError) -> [EnvironmentVariable] {
        guard let text = value("env_vars") else { return [] }
        do {
            let values = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
            return values.map { EnvironmentVariable(name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
        } catch {
            throw .invalid(
                "env_vars", "is not a JSON object of strings", hint: #"Write for example {"LOG_LEVEL": "info"}."#)
        }
    }
}

extension UpdateProjectRequest {
    /// - Throws: `.invalidInput` naming the field.
    func apply(to project: inout Project) throws(NodePilotError) {
        if let displayName { project.displayName = try ProjectRules.displayName(displayName) }
        if let startCommand { project.startCommand = try ProjectRules.startCommand(startCommand) }
        if let port { project.port = try ProjectRules.port(port == 0 ? nil : port) }
        if let httpsRedirect { project.settings.httpsRedirect = httpsRedirect }
        if let healthPath { project.settings.healthPath = healthPath.isEmpty ? nil : healthPath }
        if let singlePage { project.settings.singlePage = singlePage }
        try project.settings.validate()
    }
}
