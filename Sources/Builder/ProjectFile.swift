import Core

/// `nodepilot.json`: what a project says about itself.
///
/// ```json
/// {"install": "npm ci", "build": ["npm run css", "npm run build"],
///  "start": "node server.js",
///  "services": {"worker": "node worker.js", "admin": {"command": "node admin.js", "listens": true}},
///  "health": "/health", "static": {"root": "dist", "single_page": true}, "env": {"LOG_LEVEL": "info"}}
/// ```
struct ProjectFile {
    static let name = "nodepilot.json"

    /// Nil means: as detected. Empty means: nothing to do.
    var install: [BuildCommand]?
    var build: [BuildCommand]?
    /// `web` first.
    var services: [ServicePlan] = []
    var health: String?
    var staticRoot: String?
    var singlePage = false
    var environment: [String: String] = [:]

    /// - Throws: `.unprocessable` naming the member's path.
    init(_ text: String) throws(NodePilotError) {
        var members = try JSONValue.object(text, file: Self.name)
        try Self.refuseLaterMembers(members)
        if let value = members.removeValue(forKey: "install") { install = try Self.commands(value, "install") }
        if let value = members.removeValue(forKey: "build") { build = try Self.commands(value, "build") }
        if let value = members.removeValue(forKey: "services") { services = try Self.services(value) }
        if let value = members.removeValue(forKey: "start") { try addStart(value) }
        if let value = members.removeValue(forKey: "health") { health = try Self.health(value) }
        if let value = members.removeValue(forKey: "static") { try readStatic(value) }
        if let value = members.removeValue(forKey: "env") { environment = try Self.environment(value) }
        try Self.refuse(members, in: "", known: ["start", "build", "install", "services", "health", "static", "env"])
        services.sort { ($0.name == "web" ? "" : $0.name) < ($1.name == "web" ? "" : $1.name) }
        guard staticRoot == nil || services.isEmpty else {
            throw Self.problem("static", "cannot stand beside start or services", hint: "Keep one of them.")
        }
    }

    // MARK: - Private

    private static func refuseLaterMembers(_ members: [String: JSONValue]) throws(NodePilotError) {
        for (name, what) in [("routes", "path routes"), ("cron", "scheduled commands"), ("release", "release commands")]
        where members[name] != nil {
            throw problem(name, "this version of NodePilot does not have \(what) yet", hint: "Remove it for now.")
        }
    }

    private mutating func addStart(_ value: JSONValue) throws(NodePilotError) {
        guard !services.contains(where: { $0.name == "web" }) else {
            throw Self.problem("start", "says the same as services.web", hint: "Keep one of them.")
        }
        services.append(
            ServicePlan(name: "web", arguments: try Self.command(value, "start"), listens: true))
    }

    private mutating func readStatic(_ value: JSONValue) throws(NodePilotError) {
        var root = value
        if case .object(var members) = value {
            if let single = members.removeValue(forKey: "single_page") {
                guard case .bool(let isSingle) = single else { throw Self.wrong("static.single_page", "true or false", single) }
                singlePage = isSingle
            }
            root = members.removeValue(forKey: "root") ?? .string(".")
            try Self.refuse(members, in: "static.", known: ["root", "single_page"])
        }
        guard let text = root.string else { throw Self.wrong("static", "a folder's name", root) }
        let parts = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }.filter { $0 != "." }
        guard !text.utf8.starts(with: "/".utf8), !parts.contains(".."), !text.utf8.contains(0) else {
            throw Self.problem("static", "must be a folder inside the project", hint: "Write it like this: \"static\": \"dist\".")
        }
        staticRoot = parts.isEmpty ? "." : parts.joined(separator: "/")
    }

    private static func services(_ value: JSONValue) throws(NodePilotError) -> [ServicePlan] {
        guard case .object(let members) = value else { throw wrong("services", "an object of commands by name", value) }
        var services: [ServicePlan] = []
        for (name, service) in members.sorted(by: { $0.key < $1.key }) {
            let path = "services.\(name)"
            guard ServiceName.isValid(name) else { throw problem(path, "is not a valid name", hint: ServiceName.rule) }
            guard case .object(var options) = service else {
                services.append(
                    ServicePlan(name: name, arguments: try command(service, path), listens: name == "web"))
                continue
            }
            var listens = name == "web"
            if let value = options.removeValue(forKey: "listens") {
                guard case .bool(let answer) = value else { throw wrong("\(path).listens", "true or false", value) }
                listens = answer
            }
            let words = try command(options.removeValue(forKey: "command") ?? .null, "\(path).command")
            try refuse(options, in: path + ".", known: ["command", "listens"])
            services.append(ServicePlan(name: name, arguments: words, listens: listens))
        }
        return services
    }

    private static func commands(_ value: JSONValue, _ path: String) throws(NodePilotError) -> [BuildCommand] {
        switch value {
        case .string(""), .bool(false): return []
        case .array(let list):
            var commands: [BuildCommand] = []
            for (index, item) in list.enumerated() { commands.append(BuildCommand(try command(item, "\(path)[\(index)]"))) }
            return commands
        default: return [BuildCommand(try command(value, path))]
        }
    }

    private static func command(_ value: JSONValue, _ path: String) throws(NodePilotError) -> [String] {
        guard let line = value.string else { throw wrong(path, "a command (a text)", value) }
        do throws(NodePilotError) {
            return try CommandWords.arguments(line, field: path)
        } catch {
            throw NodePilotError(.unprocessable, "\(name): \(error.message).", hint: error.hint)
        }
    }

    private static func health(_ value: JSONValue) throws(NodePilotError) -> String {
        var path = value
        if case .object(var members) = value {
            path = members.removeValue(forKey: "path") ?? .null
            try refuse(members, in: "health.", known: ["path"])
        }
        guard let text = path.string else { throw wrong("health", "a path such as \"/health\"", path) }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= 1_024, isPlain else {
            throw problem("health", "must be a path that begins with a slash: \"/health\"")
        }
        return text
    }

    private static func environment(_ value: JSONValue) throws(NodePilotError) -> [String: String] {
        guard case .object(let members) = value else { throw wrong("env", "an object of texts", value) }
        var environment: [String: String] = [:]
        for (key, item) in members.sorted(by: { $0.key < $1.key }) {
            guard let text = item.string else { throw wrong("env.\(key)", "a text (in quotes)", item) }
            do throws(NodePilotError) {
                try EnvironmentVariable(name: key, value: text).validate()
            } catch {
                let problem = error.fields.first?.problem ?? error.message
                throw Self.problem("env.\(key)", problem, hint: error.hint)
            }
            environment[key] = text
        }
        return environment
    }

    private static func refuse(
        _ rest: [String: JSONValue], in path: String, known: [String]
    ) throws(NodePilotError) {
        guard !rest.isEmpty else { return }
        let names = rest.keys.sorted().prefix(10).map { "\(path)\($0.prefix(60))" }.joined(separator: ", ")
        throw NodePilotError(
            .unprocessable, "\(name) has members that are not known: \(names).",
            hint: "Known here: \(known.joined(separator: ", ")).")
    }

    private static func wrong(_ path: String, _ expected: String, _ value: JSONValue) -> NodePilotError {
        problem(path, "must be \(expected), but is \(value.kind)")
    }

    private static func problem(_ path: String, _ text: String, hint: String? = nil) -> NodePilotError {
        NodePilotError(.unprocessable, "\(name): \(path.prefix(100)) \(text).", hint: hint)
    }
}
