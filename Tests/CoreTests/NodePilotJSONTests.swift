import Core
import FoundationEssentials
import Testing

@Suite("JSON")
struct NodePilotJSONTests {
    static let date = Date(timeIntervalSince1970: 1_763_712_930)

    static func project() throws -> Project {
        Project(
            id: 7, name: try ProjectName("shop"), displayName: "Shop", path: "/p/shop", startCommand: "", port: 3000,
            status: .running, wanted: .running, ownerID: 3, settings: ProjectSettings(healthPath: "/healthz"),
            liveRelease: 4, createdAt: date, updatedAt: date)
    }

    private func roundTrip<Value: Codable & Equatable>(_ value: Value) throws -> [String: String] {
        let data = try NodePilotJSON.encoder().encode(value)
        #expect(try NodePilotJSON.decoder().decode(Value.self, from: data) == value)
        return try members(of: data)
    }

    /// The names of the members of an object, with their values as JSON.
    private func members(of data: Data) throws -> [String: String] {
        let object = try JSONDecoder().decode([String: Anything].self, from: data)
        return object.mapValues(\.text)
    }

    @Test("A project has the members of its table and comes back as it was")
    func projectRoundTrip() throws {
        let members = try roundTrip(Self.project())
        #expect(
            Set(members.keys) == [
                "id", "name", "display_name", "path", "start_command", "port", "pm2_name", "status", "wanted",
                "owner_id", "settings", "live_release", "created_at", "updated_at",
            ])
        #expect(members["owner_id"] == "3")
        #expect(members["pm2_name"] == "nodepilot-shop")
        #expect(members["created_at"] == "2025-11-21T08:15:30.000Z")
    }

    @Test("A deployment with steps and a failure comes back as it was")
    func deploymentRoundTrip() throws {
        let deployment = Deployment(
            id: 17, projectID: 7, projectName: try ProjectName("shop"), kind: .rollback, version: 4, status: .failed,
            deployedAt: Self.date, finishedAt: Self.date.addingTimeInterval(1), startedBy: "ada", notes: "It failed.",
            steps: [
                DeploymentStep(name: .upload, status: .success, startedAt: Self.date, durationMs: 5, detail: "1 MB")
            ],
            failure: DeploymentFailure(step: .healthy, code: .rateLimited, message: "No answer.", hint: nil))
        let members = try roundTrip(deployment)
        #expect(members["project_id"] == "7")
        #expect(members["project_name"] == "shop")
        #expect(members["started_by"] == "ada")
    }

    @Test("Keys of dictionaries are data: an environment keeps its names")
    func dictionaryKeys() throws {
        let plan = AppPlan(
            kind: .node, detectedFrom: "package.json",
            install: [BuildCommand(["npm", "ci"], environment: ["npm_config_id": "1"])],
            services: [ServicePlan(name: "web", arguments: ["node", "a.js"], listens: true)],
            environment: ["NODE_ENV": "production", "myOwnID": "x", "a_b_id": "y"])
        _ = try roundTrip(plan)
    }

    @Test("Members that are nothing are left out, and may be missing")
    func missing() throws {
        let view = APITokenView(
            id: 1, name: "ci", scope: .deploy, createdAt: Self.date, expiresAt: nil, lastUsedAt: nil)
        let data = try NodePilotJSON.encoder().encode(view)
        #expect(try Set(members(of: data).keys) == ["id", "name", "scope", "created_at"])
        #expect(try NodePilotJSON.decoder().decode(APITokenView.self, from: data).lastUsedAt == nil)
    }

    @Test("Every millisecond is written as it is and read back as it was written")
    func milliseconds() throws {
        for millisecond in 0..<1000 {
            let date = Self.date.addingTimeInterval(Double(millisecond) / 1000)
            let text = NodePilotJSON.timestamp(date)
            #expect(text == "2025-11-21T08:15:30.\(String(1000 + millisecond).dropFirst())Z")
            #expect(try NodePilotJSON.timestamp(#require(NodePilotJSON.date(text))) == text)
        }
    }

    @Test("Dates may come without a fraction, and nothing else is a date")
    func dates() {
        #expect(NodePilotJSON.date("2025-11-21T08:15:30Z") == Self.date)
        for text in ["", "2025-11-21", "yesterday", "1763712930", "2025-13-41T08:15:30Z"] {
            #expect(NodePilotJSON.date(text) == nil, "\(text)")
        }
        #expect(throws: DecodingError.self) {
            try NodePilotJSON.decoder().decode([Date].self, from: Data(#"["yesterday"]"#.utf8))
        }
    }

    @Test("A problem carries the error there and back")
    func problem() throws {
        let error = NodePilotError.invalid("name", "is empty", hint: "Write one.")
        let problem = Problem(error, title: "Bad Request", status: 400, requestID: "01J")
        let members = try roundTrip(problem)
        #expect(members["request_id"] == "01J")
        #expect(members["code"] == "invalid_input")
        #expect(problem.error == error)
    }
}

/// Any JSON value; plain ones keep their text.
private struct Anything: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {  // a failure is what tells that it is of another type
            self.text = text
        } else if let number = try? container.decode(Int.self) {
            text = String(number)
        } else {
            text = "…"
        }
    }
}
