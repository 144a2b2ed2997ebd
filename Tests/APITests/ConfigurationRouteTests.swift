import Core
import HTTPTypes
import Store
import Testing

@testable import API

@Suite("A project's environment and domains")
struct ConfigurationRouteTests {
    private func fixture() async throws -> (api: APIFixture, ada: User, project: Project, token: String) {
        let api = try await APIFixture(isWholeServer: true)
        let ada = try await api.user("ada")
        return (api, ada, try await api.project("site", of: ada), try await api.accessToken(of: ada))
    }

    @Test("values are shown to those who may change them, and to nobody else")
    func masking() async throws {
        let (api, ada, project, token) = try await fixture()
        try await api.store.changeEnvironment(
            of: project.id, set: [EnvironmentVariable(name: "SECRET", value: "hush-hush")])
        let admin = try await api.user("root", .admin)
        let viewer = try await api.accessToken(of: api.user("eve", .viewer))
        let readers = [
            (token, true), (try await api.accessToken(of: admin), true),
            (try await api.apiToken(of: ada, .deploy), true),
            (try await api.apiToken(of: ada, .full), true), (try await api.apiToken(of: ada, .read), false),
            (try await api.apiToken(of: admin, .read), false), (viewer, false),
        ]
        for (index, (reader, mayKnow)) in readers.enumerated() {
            let answer = try await api.send(.get, "/api/project/site/env", token: reader)
            let variables = try answer.decoded(EnvironmentList.self).variables
            #expect(variables == [EnvironmentVariable(name: "SECRET", value: mayKnow ? "hush-hush" : nil)], "\(index)")
            #expect(answer.text.contains("hush-hush") == mayKnow, "\(index)")
        }
    }

    @Test("variables are removed and set in one step, and the audit knows their names only")
    func change() async throws {
        let (api, _, _, token) = try await fixture()
        func patch(_ json: String) async throws -> TestAnswer {
            try await api.send(.patch, "/api/project/site/env", token: token, json: json)
        }
        _ = try await patch(#"{"set":[{"name":"B","value":"2"},{"name":"A","value":"one"}]}"#)
        let answer = try await patch(#"{"set":[{"name":"C","value":""},{"name":"B","value":"two"}],"unset":["A","Z"]}"#)
        let variables = try answer.decoded(EnvironmentList.self).variables
        #expect(variables.map(\.name) == ["B", "C"] && variables.map(\.value) == ["two", ""])
        let audit = try await api.store.audit()
        #expect(audit.map(\.detail) == ["C, B, -A, -Z", "B, A"])
        for (field, json) in [
            ("env_vars.PORT", #"{"set":[{"name":"PORT","value":"1"}]}"#),
            ("env_vars.LD_PRELOAD", #"{"set":[{"name":"LD_PRELOAD","value":"/x.so"}]}"#),
            ("env_vars.NODEPILOT_URL", #"{"set":[{"name":"NODEPILOT_URL","value":"x"}]}"#),
            ("env_vars.A B", #"{"set":[{"name":"A B","value":"x"}]}"#), ("set.A", #"{"set":[{"name":"A"}]}"#),
            ("env_vars.A", #"{"set":[{"name":"A","value":"a\u0000b"}]}"#),
            ("env_vars.A\nroot", #"{"unset":["A\nroot"]}"#), ("env_vars", #"{"unset":[""]}"#),
            ("values", #"{"values":[]}"#),
        ] {
            let answer = try await patch(json)
            #expect(answer.status == 400 && answer.problem?.fields?.map(\.name) == [field], "\(json): \(answer.text)")
        }
        #expect(try await api.store.audit().count == 2)
        let now = try await api.send(.get, "/api/project/site/env", token: token).decoded(EnvironmentList.self)
        #expect(now.variables == variables)
    }

    @Test("a domain is added once in the whole server, told to the edge, and removed")
    func domains() async throws {
        let (api, _, project, token) = try await fixture()
        let server = try #require(api.server)
        _ = try await api.project("other", of: api.user("bob"))
        func add(_ host: String, to name: String = "site") async throws -> TestAnswer {
            let administrator = try await api.store.user(named: "root")
            let token = try await name == "site" ? token : api.accessToken(of: #require(administrator))
            return try await api.send(
                .post, "/api/project/\(name)/domains", token: token, json: #"{"host":"\#(host)"}"#)
        }
        _ = try await api.user("root", .admin)
        let added = try await add("WWW.Shop.test.")
        let view = try added.decoded(DomainView.self)
        #expect(added.status == 201 && view.host.rawValue == "www.shop.test" && !view.isDefault)
        #expect(view.address == "https://www.shop.test")
        #expect(server.traffic.hosts(of: project) == ["site.panel.test", "www.shop.test"])
        for name in ["site", "other"] {
            let taken = try await add("www.shop.test", to: name)
            #expect(taken.status == 409 && taken.problem?.fields?.map(\.name) == ["host"])
            #expect(!taken.text.contains("“site”"))
        }
        let list = try await api.send(.get, "/api/project/site/domains", token: token).decoded(DomainList.self)
        #expect(list.domains.map(\.host.rawValue) == ["site.panel.test", "www.shop.test"])
        #expect(list.domains.map(\.isDefault) == [true, false])
        let shown = try await api.send(.get, "/api/project/site", token: token).decoded(ProjectView.self)
        #expect(shown.address == "https://www.shop.test")
        func remove(_ host: String) async throws -> TestAnswer {
            try await api.send(.delete, "/api/project/site/domains/\(host)", token: token)
        }
        #expect(try await remove("site.panel.test").status == 409)
        #expect(try await remove("nowhere.test").status == 404)
        #expect(try await remove("other.panel.test").status == 404)
        #expect(try await remove("-a-").status == 400)
        #expect(try await remove("www.shop.test").status == 204)
        #expect(server.traffic.hosts(of: project) == ["site.panel.test"])
        #expect(
            try await api.audited() == ["project.domain.remove site by ada", "project.domain.add site by ada"])
    }

    @Test(
        "no project can have a host of NodePilot's own, or one that is none",
        arguments: [
            "panel.test", "PANEL.TEST.", "x.panel.test", "a.b.panel.test", "localhost", "a b", "https://a.test",
            "a.test:443", "", "-a.test", "ä.test", "*.a.test",
        ])
    func foreignHosts(host: String) async throws {
        let (api, _, project, token) = try await fixture()
        let answer = try await api.send(
            .post, "/api/project/site/domains", token: token, json: #"{"host":"\#(host)"}"#)
        #expect(answer.status == 400 && answer.problem?.fields?.map(\.name) == ["host"], "\(answer.text)")
        #expect(try await api.store.domains(of: project.id).count == 1)
    }
}
