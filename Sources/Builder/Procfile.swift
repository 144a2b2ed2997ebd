import Core

/// `Procfile`: a line `name: command` for each service. Only `web` listens.
struct Procfile {
    static let name = "Procfile"

    /// `web` first, then in the file's order.
    let services: [ServicePlan]

    /// - Throws: `.unprocessable` naming the line.
    init(_ text: String) throws(NodePilotError) {
        var services: [ServicePlan] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let content = line.drop { $0 == " " || $0 == "\t" }
            if content.isEmpty || content.first == "#" { continue }
            let service = try Self.service(content, line: index + 1)
            guard !services.contains(where: { $0.name == service.name }) else {
                throw Self.problem(index + 1, "names \(service.name) a second time")
            }
            services.append(service)
        }
        guard !services.isEmpty else {
            throw NodePilotError(
                .unprocessable, "Procfile names no service.", hint: "Write a line such as web: node server.js")
        }
        self.services = services.filter { $0.name == "web" } + services.filter { $0.name != "web" }
    }

    // MARK: - Private

    private static func service(_ line: Substring, line number: Int) throws(NodePilotError) -> ServicePlan {
        guard let colon = line.firstIndex(of: ":") else {
            throw problem(number, "is not “name: command”", hint: "Write a line such as web: node server.js")
        }
        let name = String(line[..<colon])
        guard ServiceName.isValid(name) else {
            throw problem(number, "begins with a name that is not valid", hint: ServiceName.rule)
        }
        guard name != "release" else {
            throw problem(
                number, "is a release command, which this version of NodePilot does not have yet",
                hint: "Remove the line for now, or run the command at the start of web.")
        }
        let command = String(line[line.index(after: colon)...])
        do throws(NodePilotError) {
            return ServicePlan(
                name: name, arguments: try CommandWords.arguments(command, field: name), listens: name == "web")
        } catch {
            throw problem(number, "cannot be read (\(error.message))", hint: error.hint)
        }
    }

    private static func problem(_ number: Int, _ text: String, hint: String? = nil) -> NodePilotError {
        NodePilotError(.unprocessable, "Line \(number) of Procfile \(text).", hint: hint)
    }
}
