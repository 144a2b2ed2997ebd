import Core
import Deploy
import FoundationEssentials
import HTTPTypes
import Store
import Testing

@testable import API

@Suite("Projects")
struct ProjectRouteTests {
    private static let page = ["index.html": "hello"]

    private func fixture() async throws -> (api: APIFixture, ada: User, token: String) {
        let api = try await APIFixture(isWholeServer: true)
        let ada = try await api.user("ada")
        return (api, ada, try await api.accessToken(of: ada))
    }

    @Test("are listed by name, to users their own and to others all")
    func list() async throws {
        let (api, ada, token) = try await fixture()
        let bob = try await api.user("bob")
        for (name, owner) in [("zoo", ada), ("bobs", bob), ("art", ada)] { _ = try await api.project(name, of: owner) }
        func names(_ token: String) async throws -> [String] {
            let answer = try await api.send(.get, "/api/project/list", token: token)
            return try answer.decoded(ProjectList.self).projects.map(\.name.rawValue)
        }
        #expect(try await names(token) == ["art", "zoo"])
        #expect(try await names(try await api.accessToken(of: api.user("eve", .viewer))) == ["art", "bobs", "zoo"])
        #expect(try await names(try await api.accessToken(of: api.user("root", .admin))) == ["art", "bobs", "zoo"])
        let one = try await api.send(.get, "/api/project/art", token: token).decoded(ProjectView.self)
        #expect(one.owner == "ada" && one.address == "https://art.panel.test" && one.status == .deploying)
    }

    @Test("are created by a form, and answered before they are live")
    func create() async throws {
        let (api, ada, token) = try await fixture()
        let server = try #require(api.server)
        let form = Form(
            [
                "name": "site", "display_name": "My site", "start_command": "", "port": "",
                "env_vars": #"{"COLOUR":"red"}"#,
            ], file: try Form.archive(Self.page))
        let answer = try await api.send(.post, "/api/project/create", token: token, form: form)
        try #require(answer.status == 201, "\(answer.text)")
        let accepted = try answer.decoded(DeploymentAccepted.self)
        #expect(accepted.project.name.rawValue == "site" && accepted.project.displayName == "My site")
        #expect(accepted.project.owner == "ada" && accepted.deployment.startedBy == "ada")
        #expect(accepted.deployment.steps.map(\.name).starts(with: [.upload, .unpack, .detect]))
        let id = accepted.deployment.id
        try await eventually { try await api.store.deployment(id: id)?.status == .success }
        let view = try await api.send(.get, "/api/project/site", token: token).decoded(ProjectView.self)
        #expect(view.status == .running && view.liveRelease == 1 && view.kind == .static)
        #expect(view.lastDeployment?.id == id && view.problem == nil)
        #expect(try await api.store.environment(of: view.id) == [EnvironmentVariable(name: "COLOUR", value: "red")])
        #expect(try api.folder.contents(of: "uploads").isEmpty)
        #expect(try await api.audited() == ["project.create site by ada"])
        #expect(server.traffic.hosts(of: try #require(try await api.store.project(id: view.id))) == ["site.panel.test"])
        let taken = try await api.send(.post, "/api/project/create", token: token, form: form)
        #expect(taken.status == 409 && taken.problem?.fields?.first?.name == "name")
        #expect(try await api.store.projects(ownedBy: ada.id).count == 1)
        await server.deployer.shutdown()
    }

    @Test("made by the server's own command line belong to the first administrator, once there is one")
    func localOwner() async throws {
        let (api, _, _) = try await fixture()
        let form = Form(["name": "site"], file: try Form.archive(Self.page))
        let early = try await api.send(.post, "/api/project/create", form: form, door: .local(uid: 0))
        #expect(early.status == 409 && early.problem?.hint?.contains("admin users add") == true)
        #expect(try api.folder.contents(of: "uploads").isEmpty)
        _ = try await api.user("root", .admin)
        let answer = try await api.send(.post, "/api/project/create", form: form, door: .local(uid: 0))
        #expect(try answer.decoded(DeploymentAccepted.self).project.owner == "root")
        await api.server?.deployer.shutdown()
    }

    @Test("that are described wrongly are refused by the field's name, and leave nothing")
    func creationFields() async throws {
        let (api, _, token) = try await fixture()
        let good = ["name": "site"]
        for (field, form) in [
            ("name", ["display_name": "x"]), ("name", ["name": "Shop!"]), ("name", ["name": ""]),
            ("display_name", good.merging(["display_name": "a\tb"]) { $1 }),
            ("start_command", good.merging(["start_command": "node 'x"]) { $1 }),
            ("port", good.merging(["port": "many"]) { $1 }), ("port", good.merging(["port": "80"]) { $1 }),
            ("env_vars", good.merging(["env_vars": "A=b"]) { $1 }),
            ("env_vars", good.merging(["env_vars": #"{"A":1}"#]) { $1 }),
            ("env_vars.PORT", good.merging(["env_vars": #"{"PORT":"1"}"#]) { $1 }),
            ("env_vars.1A", good.merging(["env_vars": #"{"1A":"1"}"#]) { $1 }),
            ("colour", good.merging(["colour": "red"]) { $1 }),
        ] {
            let answer = try await api.send(
                .post, "/api/project/create", token: token, form: Form(form, file: [80, 75, 5, 6]))
            #expect(answer.status == 400 && answer.problem?.fields?.map(\.name) == [field], "\(form): \(answer.text)")
        }
        let noFile = try await api.send(.post, "/api/project/create", token: token, form: Form(good))
        #expect(noFile.status == 400 && noFile.problem?.fields?.map(\.name) == ["file"])
        let noForm = try await api.send(.post, "/api/project/create", token: token, json: #"{"name":"site"}"#)
        #expect(noForm.status == 400)
        #expect(try api.folder.contents(of: "uploads").isEmpty)
        #expect(try await api.store.projects().isEmpty)
        #expect(try await api.audited().isEmpty)
    }

    @Test("do not exist when their first archive is refused; others keep the record of it")
    func refusedArchives() async throws {
        let (api, ada, token) = try await fixture()
        let project = try await api.project("other", of: ada)
        for file in [Array("no archive".utf8), try Form.archive(["readme.txt": "nothing to run"])] {
            let form = Form(["name": "site"], file: file)
            let refused = try await api.send(.post, "/api/project/create", token: token, form: form)
            #expect(refused.status == 422 && refused.problem?.hint != nil, "\(refused.text)")
            #expect(try await api.send(.get, "/api/project/site", token: token).status == 404)
            let again = try await api.send(
                .post, "/api/project/other/deploy", token: token, form: Form([:], file: file))
            #expect(again.status == 422)
        }
        let failed = try await api.store.deployments(of: project.id)
        #expect(failed.count == 2 && failed.allSatisfy { $0.status == .failed && $0.failure != nil })
        #expect(try await api.store.project(id: project.id)?.status == .error)
        #expect(try api.folder.contents(of: "uploads").isEmpty && api.folder.contents(of: "staging").isEmpty)
        #expect(try api.folder.contents(of: "projects") == [])
    }

    @Test("are deployed to by a form with a file and nothing else")
    func deploy() async throws {
        let (api, ada, token) = try await fixture()
        let project = try await api.project("site", of: ada)
        try api.folder.makeProjectFolders(project)
        let file = try Form.archive(Self.page)
        let unknown = try await api.send(
            .post, "/api/project/site/deploy", token: token, form: Form(["name": "x"], file: file))
        #expect(unknown.status == 400 && unknown.problem?.fields?.map(\.name) == ["name"])
        let none = try await api.send(.post, "/api/project/site/deploy", token: token, form: Form([:]))
        #expect(none.status == 400 && none.problem?.fields?.map(\.name) == ["file"])
        let ci = try await api.apiToken(of: ada, .deploy)
        let answer = try await api.send(
            .post, "/api/project/\(project.id)/deploy", token: ci, form: Form([:], file: file))
        try #require(answer.status == 202, "\(answer.text)")
        let deployment = try answer.decoded(DeploymentAccepted.self).deployment
        #expect(deployment.startedBy.hasPrefix("ada (token deploy-"))
        try await eventually { try await api.store.deployment(id: deployment.id)?.status == .success }
        await api.server?.deployer.shutdown()
    }

    @Test("are changed member by member; each rule names its field and an unknown member is refused")
    func update() async throws {
        let (api, ada, token) = try await fixture()
        let project = try await api.project("site", of: ada)
        let other = try await api.project("other", of: ada)
        _ = try await api.store.updateProject(other.id) { $0.port = 4000 }
        func patch(_ json: String) async throws -> TestAnswer {
            try await api.send(.patch, "/api/project/site", token: token, json: json)
        }
        let changed = try await patch(
            #"{"display_name":"S","start_command":"node a.js","port":4001,"https_redirect":false,"#
                + #""health_path":"/up","single_page":true}"#)
        let view = try changed.decoded(ProjectView.self)
        #expect(view.displayName == "S" && view.startCommand == "node a.js" && view.port == 4001)
        #expect(!view.settings.httpsRedirect && view.settings.healthPath == "/up" && view.settings.singlePage)
        let cleared = try await patch(#"{"start_command":"","port":0,"health_path":""}"#).decoded(ProjectView.self)
        #expect(cleared.startCommand.isEmpty && cleared.port == nil && cleared.settings.healthPath == nil)
        #expect(cleared.displayName == "S" && cleared.settings.singlePage)
        for (field, json) in [
            ("display_name", #"{"display_name":""}"#), ("start_command", #"{"start_command":"a \""}"#),
            ("port", #"{"port":80}"#), ("port", #"{"port":70000}"#), ("port", #"{"port":"4000"}"#),
            ("health_path", #"{"health_path":"up"}"#), ("health_path", #"{"health_path":"/a b"}"#),
            ("name", #"{"name":"new"}"#), ("single_page", #"{"single_page":1}"#),
        ] {
            let answer = try await patch(json)
            #expect(answer.status == 400 && answer.problem?.fields?.map(\.name) == [field], "\(json): \(answer.text)")
        }
        let taken = try await patch(#"{"display_name":"T","port":4000}"#)
        #expect(taken.status == 409 && taken.problem?.fields?.map(\.name) == ["port"])
        #expect(try await api.store.project(id: project.id)?.displayName == "S")
        #expect(try await api.audited() == ["project.update site by ada", "project.update site by ada"])
    }

    @Test("without a release cannot start, restart or go back, and can be stopped")
    func operations() async throws {
        let (api, ada, token) = try await fixture()
        _ = try await api.project("site", of: ada)
        func post(_ verb: String, _ json: String? = nil) async throws -> TestAnswer {
            try await api.send(.post, "/api/project/site/\(verb)", token: token, json: json)
        }
        for verb in ["start", "restart", "rollback"] {
            let answer = try await post(verb)
            #expect(answer.status == 409 && answer.problem?.hint != nil, "\(verb): \(answer.text)")
        }
        #expect(try await post("rollback", #"{"version":9}"#).status == 404)
        let wrong = try await post("rollback", #"{"version":"nine"}"#)
        #expect(wrong.status == 400 && wrong.problem?.fields?.map(\.name) == ["version"])
        #expect(try await post("stop").decoded(ProjectView.self).name.rawValue == "site")
        #expect(try await post("jump").status == 404)
    }

    @Test("are gone when they are deleted, also from the edge")
    func delete() async throws {
        let (api, ada, token) = try await fixture()
        let project = try await api.project("site", of: ada)
        try api.folder.makeProjectFolders(project)
        #expect(try await api.send(.delete, "/api/project/site", token: token).status == 204)
        #expect(try await api.send(.get, "/api/project/site", token: token).status == 404)
        #expect(try await api.send(.delete, "/api/project/site", token: token).status == 404)
        #expect(api.server?.traffic.hosts(of: project) == [])
        #expect(try api.folder.contents(of: "projects").isEmpty)
        #expect(try await api.audited() == ["project.delete site by ada"])
    }
}

extension TemporaryFolder {
    /// The folders that a project gets when it is created by the deployer.
    func makeProjectFolders(_ project: Project) throws {
        for name in ["releases", "data", "logs"] {
            try FileManager.default.createDirectory(
                atPath: "\(path)/projects/\(project.name)/\(name)", withIntermediateDirectories: true)
        }
    }
}

/// Asks again until it is so, or the deadline has passed.
func eventually(
    within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("It did not become so within \(limit).", sourceLocation: sourceLocation)
}
