import APIClient
import Core
import FoundationEssentials

/// The deployment as programs read it: one object `{"data":…,"event":…}` a line, by the names of the API's streams.
package struct DeploymentJSON: DeploymentReporter {
    private struct Line<Value: Encodable>: Encodable {
        var event: String
        var data: Value
    }

    private struct Upload: Encodable {
        var sentBytes: Int64
        var totalBytes: Int64
    }

    private var lastTenth: Int64 = -1
    private var lastLogLine = 0

    package init() {}

    package mutating func receive(_ input: DeployingInput, at elapsed: Duration) -> [DeployingOutput] {
        switch input {
        case .packing, .tick:
            return []
        case .uploading(let progress):
            let tenth = progress.totalBytes > 0 ? progress.sentBytes * 10 / progress.totalBytes : 10
            guard tenth != lastTenth else { return [] }
            lastTenth = tenth
            return line("upload", Upload(sentBytes: progress.sentBytes, totalBytes: progress.totalBytes))
        case .accepted(let accepted):
            return line("accepted", accepted)
        case .event(.step(let step)):
            return line("step", step)
        case .event(.log(let entry)):
            guard entry.seq > lastLogLine else { return [] }
            lastLogLine = entry.seq
            return line("log", entry)
        case .event(.finished(let deployment)):
            return line("deployment", deployment)
        }
    }

    // MARK: - Private

    private func line(_ event: String, _ data: some Encodable) -> [DeployingOutput] {
        // The values of the API were decoded from JSON: they can be encoded.
        guard let json = try? NodePilotJSON.encoder().encode(Line(event: event, data: data)) else { return [] }
        return [.line(String(decoding: json, as: UTF8.self))]
    }
}
