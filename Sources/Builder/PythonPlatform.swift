import Core

/// Python by `requirements.txt` or `pyproject.toml`, in a virtual environment inside the release.
struct PythonPlatform: Platform {
    let kind = AppPlan.Kind.python
    let detectedFrom: String
    let runtime: String
    let install: [BuildCommand]
    let build: [BuildCommand] = []
    let pathFolders = [".venv/bin"]
    /// Otherwise Python keeps what it prints until there is a page of it.
    let environment = ["PYTHONUNBUFFERED": "1"]
    private let requirements: PythonRequirements
    private let tree: SourceTree

    /// - Parameter installs: whether the virtual environment is made by us.
    /// - Returns: nil when this is not Python.
    /// - Throws: `.unprocessable` when Python or its venv is not installed.
    init?(_ tree: SourceTree, tools: any ToolLocator, installs: Bool) throws(NodePilotError) {
        guard let requirements = try PythonRequirements(tree) else { return nil }
        self.tree = tree
        self.requirements = requirements
        detectedFrom = requirements.file
        guard let version = tools.version(of: "python3") else {
            throw NodePilotError(
                .unprocessable, "The app needs Python, which is not installed on this server.",
                hint: "Install it on the server: apt-get install python3 python3-venv")
        }
        guard !installs || tools.version(of: "ensurepip") != nil else {
            throw NodePilotError(
                .unprocessable, "Python on this server cannot make virtual environments.",
                hint: "Install what it needs on the server: apt-get install python3-venv")
        }
        runtime = "Python \(version)"
        install = PythonEnvironment.commands(requirements.pipArguments)
    }

    func launch() throws(NodePilotError) -> Launch {
        if let line = try server() { return .command(["/bin/sh", "-c", "exec \(line)"]) }
        if let file = Self.entries.first(where: { tree.isFile($0) }) { return .command(["python", file]) }
        throw NodePilotError(
            .unprocessable, "\(detectedFrom) is there, but nothing says how to start the app.",
            hint: "Add a Procfile with a line such as web: gunicorn --bind 127.0.0.1:$PORT app:app")
    }

    // MARK: - Private

    private static let entries = ["app.py", "main.py", "server.py", "wsgi.py", "asgi.py"]

    /// A shell line, as only the shell knows the port.
    private func server() throws(NodePilotError) -> String? {
        if tree.isFile("manage.py"), requirements.names("django") { return django() }
        if requirements.names("gunicorn"), let app = try application(["wsgi.py"] + Self.entries) {
            let worker = requirements.names("uvicorn") && isASGI ? " --worker-class uvicorn.workers.UvicornWorker" : ""
            return "gunicorn --bind 127.0.0.1:$PORT\(worker) \(app)"
        }
        if requirements.names("uvicorn"), let app = try application(["main.py", "asgi.py"] + Self.entries) {
            return "uvicorn \(app) --host 127.0.0.1 --port $PORT"
        }
        if requirements.names("flask"), let app = try application(Self.entries) {
            let module = app.prefix { $0 != ":" }
            return "flask --app \(module) run --host 127.0.0.1 --port $PORT"
        }
        guard requirements.names("fastapi") || requirements.names("starlette") else { return nil }
        throw NodePilotError(
            .unprocessable, "The app has FastAPI or Starlette, but no server to run it.",
            hint: "Add a line uvicorn to \(detectedFrom).")
    }

    private var isASGI: Bool { requirements.names("fastapi") || requirements.names("starlette") }

    private func django() -> String {
        let module = tree.folders.first { tree.isFile("\($0)/wsgi.py") && Self.isModule($0) }
        if requirements.names("gunicorn"), let module {
            return "gunicorn --bind 127.0.0.1:$PORT \(module).wsgi:application"
        }
        return "python manage.py runserver --noreload 127.0.0.1:$PORT"
    }

    /// `module:variable` of the first file there is.
    private func application(_ files: [String]) throws(NodePilotError) -> String? {
        guard let file = files.first(where: { tree.isFile($0) }) else { return nil }
        let module = String(file.dropLast(3))
        let lines = (try tree.text(file) ?? "").split(whereSeparator: \.isNewline)
        let names = ["app", "application", "server", "api"]
        let assigned = names.first { name in
            lines.contains { line in
                line.hasPrefix(name) && line.dropFirst(name.count).drop { $0 == " " }.first.map { "=:".contains($0) } == true
            }
        }
        if let assigned { return "\(module):\(assigned)" }
        if lines.contains(where: { $0.hasPrefix("def create_app(") }) { return "'\(module):create_app()'" }
        return "\(module):\(module == "wsgi" || module == "asgi" ? "application" : "app")"
    }

    /// The name goes into a shell line.
    private static func isModule(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                || byte == UInt8(ascii: "_")
        }
    }
}
