import Builder
import Core
import Testing

@Suite("Python apps")
struct PythonTests {
    @Test("requirements.txt makes a virtual environment in the release and installs into it")
    func install() throws {
        let plan = try plan(["requirements.txt": "flask\n", "app.py": "app = 1"])
        #expect(plan.kind == .python && plan.runtime == "Python 3.11.2" && plan.pathFolders == [".venv/bin"])
        #expect(plan.install.first?.arguments == ["python3", "-m", "venv", "--clear", ".venv"])
        #expect(plan.install.dropFirst().first?.arguments.suffix(2) == ["-r", "requirements.txt"])
        let project = try Self.pyproject("[project]\nname = \"x\"\ndependencies = [\"uvicorn>=0.2\"]\n")
        #expect(project.install.dropFirst().first?.arguments.last == ".")
        let settingsOnly = try Self.pyproject("[tool.ruff]\nline-length = 100\n")
        #expect(settingsOnly.install.count == 1)
    }

    private static func pyproject(_ text: String) throws -> AppPlan {
        try plan(["pyproject.toml": text, "main.py": ""])
    }

    @Test(
        "The server that the requirements name runs the app on the port it is given",
        arguments: [
            (["requirements.txt": "Flask==3.0\ngunicorn>=22 # server", "app.py": "app = Flask()"], "exec gunicorn --bind 127.0.0.1:$PORT app:app"),
            (["requirements.txt": "gunicorn", "wsgi.py": "from x import application"], "exec gunicorn --bind 127.0.0.1:$PORT wsgi:application"),
            (["requirements.txt": "gunicorn\nflask", "main.py": "def create_app():\n  pass"], "exec gunicorn --bind 127.0.0.1:$PORT 'main:create_app()'"),
            (["requirements.txt": "fastapi\nuvicorn[standard]", "main.py": "app: FastAPI = FastAPI()"], "exec uvicorn main:app --host 127.0.0.1 --port $PORT"),
            (["requirements.txt": "fastapi[standard]", "main.py": "api = 1"], "exec uvicorn main:api --host 127.0.0.1 --port $PORT"),
            (["requirements.txt": "flask", "app.py": "app=1"], "exec flask --app app run --host 127.0.0.1 --port $PORT"),
            (["requirements.txt": "-r more/base.txt", "more/base.txt": "django\ngunicorn", "manage.py": "", "shop/wsgi.py": ""], "exec gunicorn --bind 127.0.0.1:$PORT shop.wsgi:application"),
            (["requirements.txt": "Django", "manage.py": ""], "exec python manage.py runserver --noreload 127.0.0.1:$PORT"),
            (["requirements.txt": "fastapi\ngunicorn\nuvicorn", "main.py": "app = 1"], "exec gunicorn --bind 127.0.0.1:$PORT --worker-class uvicorn.workers.UvicornWorker main:app"),
        ])
    func servers(files: [String: String], line: String) throws {
        #expect(try plan(files).web == ["/bin/sh", "-c", line])
    }

    @Test("Without a server the usual file is run; without one it is said what to add")
    func plain() throws {
        #expect(try plan(["requirements.txt": "requests", "main.py": ""]).web == ["python", "main.py"])
        #expect(try refusal(["requirements.txt": "requests"]).contains("Add a Procfile"))
        #expect(try refusal(["requirements.txt": "fastapi", "main.py": ""]).contains("Add a line uvicorn to requirements.txt"))
    }

    @Test("A machine without Python or its venv is told what installs them")
    func missing() throws {
        let files = ["requirements.txt": "flask", "app.py": ""]
        #expect(try refusal(files, on: .without("python3")).contains("apt-get install python3 python3-venv"))
        #expect(try refusal(files, on: .without("ensurepip")).contains("apt-get install python3-venv"))
    }

    @Test("A Procfile says what runs, the virtual environment is made all the same")
    func procfile() throws {
        let plan = try plan(["requirements.txt": "x", "Procfile": "web: python run.py"])
        #expect(plan.kind == .python && plan.web == ["python", "run.py"] && plan.install.count == 3)
    }
}
