import Core
import FoundationEssentials
import ScriptedServer

/// Answers of the API for the command line's tests.
enum ScriptedAPI {
    static func json(_ value: some Encodable, status: Int = 200) -> ScriptedAnswer {
        // The API's own values: they can be encoded.
        let data = (try? NodePilotJSON.encoder().encode(value)) ?? Data()
        return .json(String(decoding: data, as: UTF8.self), status: status)
    }

    static func event(_ name: String, _ value: some Encodable) -> String {
        let data = (try? NodePilotJSON.encoder().encode(value)) ?? Data()
        return "event: \(name)\ndata: \(String(decoding: data, as: UTF8.self))\n\n"
    }

    /// A server that has no project, takes an archive and deploys it as `result` says.
    static func deploying(to result: Deployment, ending: ScriptedAnswer.Ending = .complete) throws
        -> ScriptedServer.Script
    {
        let accepted = DeploymentAccepted(project: try Fixture.project(), deployment: try Fixture.deployment(.running))
        let unpacked = DeploymentStep(
            name: .unpack, status: .success, startedAt: Fixture.date, durationMs: 40, detail: "2 files")
        let line = DeploymentLogLine(
            deploymentID: 17, seq: 1, at: Fixture.date, step: .start, text: "Error: Cannot find module 'express'")
        let stream = event("step", unpacked) + event("log", line)
        let whole = ending == .complete ? stream + event("deployment", result) : stream
        return { request in
            switch (request.method, request.path) {
            case ("GET", "/api/project/shop"): .problem(404, code: "not_found", detail: "shop was not found.")
            case ("POST", "/api/project/create"): json(accepted, status: 201)
            case ("GET", "/api/project/shop/deployments/17/log"): .events(whole, ending: ending)
            default: .problem(404, code: "not_found", detail: "\(request.target) is not scripted.")
            }
        }
    }
}
